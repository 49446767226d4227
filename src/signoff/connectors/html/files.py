"""Where exported pages lie, and how they come there whole or not at all.

    <exports>/<namespace>/<folder>/<slug>-<key>/index.html, with its pictures beside it

A page is out when its `index.html` is there. Names come from people, so every part of a path is checked.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PAGE: Final = "index.html"
_PART: Final = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,98}[a-z0-9])?")
_FILE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,60}\.[a-z]{3,4}")


class BadNameError(ValueError):
    """A name that could lead elsewhere in the file system."""


@dataclass(frozen=True, slots=True)
class Place:
    """One exported page's folder."""

    folder: Path

    @property
    def page(self) -> Path:
        return self.folder / PAGE

    def read(self) -> bytes | None:
        """Give the page as it lies there; None when there is none."""
        try:
            return self.page.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write_picture(self, name: str, content: bytes) -> None:
        """Store a picture; the same one again changes nothing."""
        if not _FILE.fullmatch(name):
            raise BadNameError(name)
        write_whole(self.folder / name, content)

    def remove(self) -> bool:
        """Delete the page first, then all of its folder; False when it was gone already."""
        was_there = True
        try:
            self.page.unlink()
        except FileNotFoundError:
            was_there = False
        with suppress(FileNotFoundError):
            shutil.rmtree(self.folder)
        return was_there


def account_folder(exports: Path, remote_id: str) -> Path:
    """Give the folder of one account (`namespace/folder`)."""
    parts = remote_id.split("/")
    if len(parts) != 2:  # noqa: PLR2004 - namespace and folder
        raise BadNameError(remote_id)
    return exports.joinpath(*map(_checked, parts))


def place_at(exports: Path, remote_id: str, name: str) -> Place:
    """Give the folder of one page; `name` is its slug with the delivery's key."""
    return Place(account_folder(exports, remote_id) / _checked(name))


def pages_in(folder: Path) -> Iterator[Place]:
    """List the pages below a folder, at any depth, in order of their names. Links are not followed."""
    for root, folders, files in os.walk(folder):
        folders.sort()
        if PAGE in files:
            yield Place(Path(root))


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that readers, and a crash, see the old or the new one, never a part."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    _keep_name(target.parent)


def _keep_name(folder: Path) -> None:
    """Make the new name survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _checked(part: str) -> str:
    if not _PART.fullmatch(part):
        raise BadNameError(part)
    return part
