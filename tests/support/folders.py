"""Where tests put what they throw away."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

_MEMORY: Final = Path("/dev/shm")
_NEEDED_BYTES: Final = 2**30


def fast_folder() -> Path:
    """In memory where there is room: a database is hundreds of files, and each copy as many again."""
    if _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _NEEDED_BYTES:
        return _MEMORY
    return Path(tempfile.gettempdir()).resolve()
