"""Secrets that people and programs present. They are made here, shown once, and kept as digests only."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

MARK: Final = "sgn_"
"""Lets secret scanners recognise a token that was published by mistake."""


def new_secret() -> str:
    """Make 256 random bits, as 43 characters that are safe in addresses and cookies."""
    return secrets.token_urlsafe(32)


def new_token() -> str:
    return MARK + new_secret()


def digest(secret: str) -> str:
    """Give what is stored. A plain hash is enough: nobody can guess 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
