"""The sandbox's own copies of pictures, named by what they contain."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

CONTENT_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "bmp": "image/bmp",
    "tif": "image/tiff",
}

_NAME = re.compile(rf"[0-9a-f]{{64}}\.({'|'.join(CONTENT_TYPES)})")


class Files:
    """In a folder, or in memory when there is none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._memory: dict[str, bytes] = {}
        if folder:
            folder.mkdir(parents=True, exist_ok=True)

    def put(self, content: bytes, ending: str) -> str:
        """Store bytes; give their name."""
        name = f"{hashlib.sha256(content).hexdigest()}.{ending}"
        if self._folder:
            (self._folder / name).write_bytes(content)
        else:
            self._memory[name] = content
        return name

    def get(self, name: str) -> bytes | None:
        """Give the bytes; None for anything that isn't a name of ours."""
        if not _NAME.fullmatch(name):
            return None
        if not self._folder:
            return self._memory.get(name)
        path = self._folder / name
        return path.read_bytes() if path.is_file() else None

    def clear(self) -> None:
        self._memory.clear()
        for path in self._folder.iterdir() if self._folder else ():
            path.unlink()
