"""Moved: import from signoff.records.tenants instead (this file goes away in a few minutes)."""

from signoff.records.tenants import *  # noqa: F403
