"""One process at a time owns the server: starts it, and stops it at the end."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from signoff.db.errors import OwnedByAnother


class Ownership:
    """Held until released or until the process dies, however it dies."""

    def __init__(self, file: Path) -> None:
        """Raises OwnedByAnother if a living process holds it."""
        self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(self._descriptor, 20).decode("ascii", "replace").strip()
            os.close(self._descriptor)
            raise OwnedByAnother(
                f"Process {owner or 'unknown'} already runs the database in {file.parent}.",
                next_step="Stop that process, or use another data folder (SIGNOFF_DATA_DIR).",
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, str(os.getpid()).encode())

    def release(self) -> None:
        os.close(self._descriptor)
