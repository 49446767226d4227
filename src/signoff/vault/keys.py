"""Where the installation's keys come from: the settings, or a file that is made on the first start."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import Final

from pydantic import SecretStr

FILE_NAME: Final = "secret.key"
_KEY_BYTES: Final = 32


def load_keys(configured: SecretStr | None, data_dir: Path) -> tuple[str, ...]:
    """Give the keys, newest first: those configured, else those in the file, which is made if it isn't there.

    Several keys are separated by commas or white space.

    Raises:
        ValueError: The file holds no key.
    """
    if configured and (keys := _split(configured.get_secret_value())):
        return keys
    path = data_dir / FILE_NAME
    keep_key(path)
    if keys := _split(path.read_text()):
        return keys
    raise ValueError(f"{path} holds no key: restore it from a backup, or delete it to have a new one made")


def _split(text: str) -> tuple[str, ...]:
    return tuple(key for key in re.split(r"[,\s]+", text) if key)


def keep_key(path: Path) -> None:
    """Write a fresh key into a file unless it is there; nobody ever reads half a key, or none.

    Of several processes that start at once, the first one's key counts.
    """
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(_KEY_BYTES) + "\n")
        file.flush()
        os.fsync(handle)
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
