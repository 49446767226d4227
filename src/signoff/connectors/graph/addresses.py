"""Addresses: our own, from which Meta fetches pictures, and those of posts that people paste."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, urlsplit

from signoff.http.guard import is_public, real_address

NOT_PUBLIC: Final = (
    "Meta fetches pictures from SIGNOFF_PUBLIC_URL ({url}), which can't be reached from the internet over "
    "https. Posts with pictures will fail until it can."
)
_PRIVATE_ENDINGS: Final = (".localhost", ".local", ".internal", ".lan", ".home.arpa", ".test", ".invalid")


def media_warnings(public_url: str, *, is_sandbox: bool) -> tuple[str, ...]:
    """Warn when Meta certainly can't fetch pictures from our address; a stand-in can."""
    return (
        () if is_sandbox or may_be_public(public_url) else (NOT_PUBLIC.format(url=public_url or "not set"),)
    )


def may_be_public(url: str) -> bool:
    """Tell whether an address could be reached from the internet, as far as it shows by itself."""
    parts = split(url)
    host = (parts.hostname or "").rstrip(".") if parts else ""
    if not parts or parts.scheme != "https" or not host:
        return False
    try:
        return is_public(real_address(host))
    except ValueError:  # a name
        return "." in host and not host.endswith(_PRIVATE_ENDINGS)


def split(url: str) -> SplitResult | None:
    """Take an address apart; None when it can't be read."""
    try:
        parts = urlsplit(url.strip())
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:
        return None
    return parts
