"""Fixtures of the tests of the command line."""

from tests.support.commands import signoff
from tests.support.rest import api_url, call_as, owner_api

__all__ = ["api_url", "call_as", "owner_api", "signoff"]
