"""Fixtures of the REST tests."""

from tests.support.rest import api_url, call_as, owner_api

__all__ = ["api_url", "call_as", "owner_api"]
