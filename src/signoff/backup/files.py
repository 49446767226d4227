"""Bringing back the pictures and the exported pages of a backup."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from signoff.backup.archive import Reader
from signoff.kernel.errors import WrongState
from signoff.media.files import give_name, write_new
from signoff.media.folder import file_of

_BLOCK_BYTES: Final = 1024 * 1024


def restore_media(folder: Path, reader: Reader) -> None:
    """Bring back pictures that are gone or were altered; a file that is right isn't touched."""
    for name in reader.names("media"):
        digest = name.partition("/")[2]
        target = file_of(folder, digest)
        if not _is_right(target, digest):
            temporary = _write_aside(folder, reader, name)
            try:
                give_name(temporary, target, root=folder)
            finally:
                temporary.unlink(missing_ok=True)


def missing_pages(folder: Path, reader: Reader) -> dict[str, Path]:
    """Tell which pages aren't there. Those that are stay: the folder is what the public sees.

    Raises:
        WrongState: A file lies where the backup has a folder.
    """
    missing = {}
    for name in reader.names("exports"):
        target = folder / name.partition("/")[2]
        if target.exists():
            continue
        for parent in target.relative_to(folder).parents:
            if (place := folder / parent).exists() and not place.is_dir():
                raise WrongState(f"{place} is a file, but a folder in the backup.", next_step="Move it away.")
        missing[name] = target
    return missing


@contextmanager
def pages_aside(folder: Path, reader: Reader, pages: dict[str, Path]) -> Iterator[Callable[[], None]]:
    """Write pages where nobody sees them, so that a full disk is met before anything else has changed.

    Yields:
        What moves all of them to their places.
    """
    written: dict[Path, Path] = {}

    def show() -> None:
        for temporary, target in written.items():
            give_name(temporary, target, root=folder)

    try:
        for name, target in pages.items():
            written[_write_aside(folder, reader, name)] = target
        yield show
    finally:
        for temporary in written:
            temporary.unlink(missing_ok=True)


def _write_aside(folder: Path, reader: Reader, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{secrets.token_hex(16)}"
    try:
        write_new(temporary, b"".join(reader.pieces(name)))
    except BaseException:  # also when it is interrupted: nobody else knows of the file
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _is_right(path: Path, digest: str) -> bool:
    found = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                found.update(block)
    except FileNotFoundError:
        return False
    return found.hexdigest() == digest
