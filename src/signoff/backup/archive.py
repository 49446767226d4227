"""The file of a backup: a zip whose last member, the manifest, has the SHA-256 of all others."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from signoff.backup.manifest import FORMAT, BadBackup, parse_manifest

MANIFEST: Final = "manifest.json"

_BLOCK_BYTES: Final = 1024 * 1024
_KINDS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, OSError, RuntimeError, ValueError)
"""What reading a damaged zip ends in; encrypted members and unknown methods are RuntimeErrors."""

Write = Callable[[bytes], object]


class Writer:
    """Writes the members one after the other."""

    def __init__(self, path: Path) -> None:
        """Start a file that isn't there yet, and that only we may read: it holds everybody's texts."""
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        self._zip = zipfile.ZipFile(path, "w", compresslevel=6)
        self._files: dict[str, dict[str, Any]] = {}

    @contextmanager
    def member(self, name: str, *, compressed: bool) -> Iterator[Write]:
        """Write one member in pieces of any size."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as file:

            def write(piece: bytes) -> None:
                nonlocal size
                digest.update(piece)
                size += len(piece)
                file.write(piece)

            yield write
        self._files[name] = {"sha256": digest.hexdigest(), "bytes": size}

    def finish(self, facts: Mapping[str, Any]) -> None:
        """Write the manifest and wait until the disk has everything."""
        manifest = {"format": FORMAT, **facts, "files": self._files}
        self._zip.writestr(MANIFEST, json.dumps(manifest, indent=1, ensure_ascii=False))
        self._zip.close()
        with Path(self._zip.filename or "").open("rb") as file:
            os.fsync(file.fileno())

    def abandon(self) -> None:
        """Let go of the file, whatever is in it."""
        self._zip.close()


class Reader:
    """A backup that was looked through from its first to its last byte before anything is done with it."""

    def __init__(self, path: Path) -> None:
        """Open a backup.

        Raises:
            BadBackup: It is no backup, or of a newer Signoff.
        """
        try:
            self._zip = zipfile.ZipFile(path)
        except _UNREADABLE as problem:
            raise _incomplete(path, problem) from problem
        try:
            self.manifest = parse_manifest(self._zip.read(MANIFEST))
        except BadBackup:
            self.close()
            raise
        except _UNREADABLE as problem:
            self.close()
            raise _incomplete(path, problem) from problem

    def verify(self) -> None:
        """Compare every byte with the manifest.

        Raises:
            BadBackup: Something is missing, was added, or was changed.
        """
        if sorted(self._zip.namelist()) != sorted([*self.manifest.files, MANIFEST]):
            raise BadBackup("Files are missing in the backup, or were added.", next_step="Use another one.")
        if strange := [info.filename for info in self._zip.infolist() if info.compress_type not in _KINDS]:
            raise _damaged(strange[0])
        for name, expected in self.manifest.files.items():
            digest = hashlib.sha256()
            try:
                for piece in self.pieces(name):
                    digest.update(piece)
            except _UNREADABLE as problem:
                raise _damaged(name) from problem
            if digest.hexdigest() != expected.sha256:
                raise _damaged(name)

    def names(self, folder: str) -> list[str]:
        """List the members below a folder of the backup."""
        return sorted(name for name in self.manifest.files if name.startswith(f"{folder}/"))

    def pieces(self, name: str) -> Iterator[bytes]:
        """Give a member piece by piece."""
        with self._zip.open(name) as file:
            yield from _pieces(file)

    def close(self) -> None:
        self._zip.close()


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_BLOCK_BYTES):
        yield piece


def _incomplete(path: Path, problem: Exception) -> BadBackup:
    return BadBackup(f"{path} is no complete backup: {problem}", next_step="Use another one.")


def _damaged(name: str) -> BadBackup:
    return BadBackup(f"The backup is damaged: {name} was changed.", next_step="Use another one.")
