"""Keeps secrets unreadable at rest, and signs what Signoff hands out and gets back.

Every use has its own key, derived from the installation's keys, so that no output of one use serves another.
The first key seals and signs; the others still open and verify until everything was rotated.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from signoff.kernel.errors import Problem

KEY_CHARS_MIN: Final = 32
"""Keys are made of random characters; 32 of base64 hold 192 bits."""
_KEPT_OPEN: Final = 256
"""Secrets that needn't be decrypted anew for each post of the same account."""


class SecretLocked(Problem):
    """None of the keys opens a stored secret: the right key is missing, or the secret was altered."""

    status: ClassVar[int] = 409
    type: ClassVar[str] = "secret-locked"
    title: ClassVar[str] = "A stored secret can't be opened"


class Vault:
    """Seals, opens and signs with the installation's keys, newest first."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Raises ValueError for no key or one that is too short to be random."""
        if not keys:
            raise ValueError("a vault needs at least one key")
        if min(map(len, keys)) < KEY_CHARS_MIN:
            raise ValueError(f"each secret key needs at least {KEY_CHARS_MIN} random characters")
        self._keys = tuple(keys)
        self._sealing = MultiFernet(
            [Fernet(base64.urlsafe_b64encode(_derive(key, "sealing secrets"))) for key in keys]
        )
        # Whoever reads this process' memory finds the keys there, too.
        self._opened = lru_cache(_KEPT_OPEN)(self._sealing.decrypt)

    @property
    def key_ids(self) -> tuple[str, ...]:
        """What the keys can be told apart by, newest first; says nothing about the keys themselves."""
        return tuple(_derive(key, "key id").hex()[:8] for key in self._keys)

    def seal_secret(self, secret: Mapping[str, Any]) -> bytes:
        """Encrypt a JSON object, for storing."""
        return self._sealing.encrypt(json.dumps(secret, ensure_ascii=False).encode())

    def open_secret(self, sealed: bytes) -> dict[str, Any]:
        """Decrypt what `seal_secret` gave. Raises SecretLocked."""
        try:
            opened: dict[str, Any] = json.loads(self._opened(sealed))
        except InvalidToken:
            raise _locked() from None
        return opened

    def rotate(self, sealed: bytes) -> bytes:
        """Encrypt a sealed secret again with the newest key. Raises SecretLocked."""
        try:
            return self._sealing.rotate(sealed)
        except InvalidToken:
            raise _locked() from None

    def sign(self, purpose: str, text: str) -> str:
        """Give a signature of 43 characters that are safe in addresses; good for this purpose only."""
        return _signature(self._keys[0], purpose, text)

    def verify(self, purpose: str, text: str, signature: str) -> bool:
        """Tell whether `sign` gave this signature, with any of the keys; as fast for any wrong one."""
        given = signature.encode()
        matches = [hmac.compare_digest(_signature(key, purpose, text).encode(), given) for key in self._keys]
        return any(matches)


def _signature(key: str, purpose: str, text: str) -> str:
    digest = hmac.digest(_derive(key, f"signing {purpose}"), text.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _derive(key: str, use: str) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=f"signoff {use}".encode()).derive(key.encode())


def _locked() -> SecretLocked:
    return SecretLocked(
        "None of the secret keys opens this.",
        next_step="Add the key it was sealed with to SIGNOFF_SECRET_KEY, or enter the credentials again.",
    )
