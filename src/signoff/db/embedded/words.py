"""What the server says: at first to a file of its start, then to its log."""

from __future__ import annotations

from pathlib import Path


class Words:
    """Tells what was written since a start was begun."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known_bytes: dict[Path, int] = {}

    @property
    def start_file(self) -> Path:
        return self._folder / "start.log"

    def begin(self) -> None:
        self.start_file.unlink(missing_ok=True)
        self._known_bytes = {file: file.stat().st_size for file in self._files()}

    def since_begin(self) -> str:
        new = (file.read_bytes()[self._known_bytes.get(file, 0) :] for file in self._files())
        return b"".join(new).decode("utf-8", "replace")

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.log"), reverse=True)
