"""Passwords: which are accepted, and how they are hashed (argon2id, in a thread)."""

from __future__ import annotations

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from signoff.kernel.errors import Invalid

LEAST_CHARS: Final = 10
MOST_CHARS: Final = 200
"""Longer ones only cost memory."""

LEAST_SIGNS: Final = 3
"""Different characters."""

# fmt: off
COMMON: Final = frozenset({
    "0123456789", "0987654321", "1122334455", "1234512345", "1234567890", "123456789a", "1q2w3e4r5t",
    "abcd123456", "abcdefghij", "administrator", "changeme123", "iloveyou123", "letmein123", "p@ssw0rd123",
    "passw0rd123", "password12", "password123", "password1234", "passwordpassword", "q1w2e3r4t5",
    "qwerty12345", "qwertyuiop", "signoff123", "welcome123",
})
# fmt: on

# 19 MiB and two passes, the least that OWASP recommends: a rush of sign-ins shall not take all memory.
HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

NOBODYS_HASH: Final = (
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGhhcyB0aGlzIQ$bm8gcGFzc3dvcmQgaGFzaGVzIHRvIHRoaXMgdmFsdWU"
)
"""Compared with when the mail address is unknown, so that the answer takes equally long."""


def check_password(password: str, email: str) -> None:
    """Refuse a password that would be guessed.

    Raises:
        Invalid: Too short, too long, too common, or the mail address.
    """
    plain = password.strip().casefold()
    if len(password) < LEAST_CHARS:
        trouble = f"A password needs at least {LEAST_CHARS} characters."
    elif len(password) > MOST_CHARS:
        trouble = f"A password has at most {MOST_CHARS} characters."
    elif plain in {email.casefold(), email.casefold().partition("@")[0]}:
        trouble = "The mail address can't be the password."
    elif plain in COMMON or len(set(plain)) < LEAST_SIGNS:
        trouble = "This password is among the first that somebody would try."
    else:
        return
    raise Invalid(trouble, field="password", next_step="Choose another, for example four random words.")


async def hash_password(password: str) -> str:
    return await asyncio.to_thread(HASHER.hash, password)


async def is_password(stored: str | None, password: str) -> bool:
    """Compare with the stored hash; takes equally long when there is none."""
    matches = await asyncio.to_thread(_matches, stored or NOBODYS_HASH, password)
    return matches and stored is not None


def is_outdated(stored: str) -> bool:
    """The hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(stored)


def _matches(stored: str, password: str) -> bool:
    try:
        return HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
