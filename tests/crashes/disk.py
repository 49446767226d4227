"""A disk that refuses: the change of a file that a test names fails, as the operating system says it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

REFUSALS: Final[Mapping[str, int]] = {
    "disk full": errno.ENOSPC,
    "not allowed": errno.EACCES,
    "broken": errno.EIO,
}
_CHANGES: Final = frozenset({"os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir"})
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT


@dataclass
class Disk:
    """Changes below a folder, counted from when it is watched."""

    folder: str = ""
    """Empty: nothing is watched."""
    changes: int = 0
    refuses_at: int = -1
    """The number of the change that fails, counted from 0."""
    refusal: str = ""
    is_heard: bool = False

    def hear(self, event: str, details: tuple[Any, ...]) -> None:
        """Called by Python before whatever it is about to ask of the operating system."""
        if not self.folder or not is_change(self.folder, event, details):
            return
        self.changes += 1
        if self.changes - 1 == self.refuses_at:
            number = REFUSALS[self.refusal]
            raise OSError(number, os.strerror(number), str(details[0]))

    @contextmanager
    def watched(self, folder: Path, refuses_at: int = -1, refusal: str = "") -> Iterator[None]:
        """Count changes below the folder, and let one of them fail."""
        if not self.is_heard:  # a hook stays for the life of the process
            sys.addaudithook(self.hear)
            self.is_heard = True
        self.changes, self.refuses_at, self.refusal, self.folder = 0, refuses_at, refusal, str(folder)
        try:
            yield
        finally:
            self.folder = ""


def is_change(folder: str, event: str, details: tuple[Any, ...]) -> bool:
    """Tell whether an event of Python's audit changes something below the folder."""
    if event != "open" and event not in _CHANGES:
        return False
    is_there = str(details[0]).startswith(folder)
    return is_there and (event != "open" or bool(details[2] & _WRITING))


DISK: Final = Disk()
