"""Secrets that stand in pages, in a form that is another one each time.

Pages are compressed, and how long a compressed page is tells about a secret that is the same in each answer,
beside words that an attacker chose (BREACH, CVE-2013-3587).
"""

from __future__ import annotations

import base64
import binascii
import secrets


def masked(secret: str) -> str:
    """Give the secret under a mask that is used once."""
    plain = secret.encode()
    mask = secrets.token_bytes(len(plain))
    return base64.urlsafe_b64encode(mask + _mixed(plain, mask)).decode()


def proves(given: str, secret: str) -> bool:
    """Is that the secret, masked or as it is?"""
    expected = secret.encode()
    # Both are compared, so that the time taken says nothing.
    is_plain = secrets.compare_digest(given.encode(), expected)
    return secrets.compare_digest(_unmasked(given), expected) or is_plain


def _unmasked(given: str) -> bytes:
    try:
        both = base64.urlsafe_b64decode(given.encode())
    except (binascii.Error, ValueError):
        return b""
    half = len(both) // 2
    return _mixed(both[half:], both[:half])


def _mixed(plain: bytes, mask: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(plain, mask, strict=False))
