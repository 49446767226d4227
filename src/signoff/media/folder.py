"""Keeps pictures in a folder. Several processes may share it: each step is atomic, none needs a lock."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import IO, Final, ParamSpec, TypeVar
from uuid import uuid4

from signoff.kernel.errors import NotFound, TooLarge
from signoff.media.files import give_name, space_told, to_the_end, write_new
from signoff.media.inspect import CleanPicture, clean
from signoff.media.store import InUse, MediaChanged, Stored

P = ParamSpec("P")
T = TypeVar("T")

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_BLOCK_BYTES: Final = 256 * 1024
_ASKED_AT_ONCE: Final = 500
_ABANDONED_AFTER: Final = timedelta(hours=1)
"""Nothing takes that long to write: what is older was left by a killed process."""


class FolderStore:
    """A MediaStore of files `ab/cd/<digest>` below `root`. Ages of files go by the machine's own clock."""

    def __init__(self, root: Path, *, abandoned_after: timedelta = _ABANDONED_AFTER) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._abandoned_after = abandoned_after
        self._pencil = asyncio.Semaphore(1)

    async def put(self, chunks: AsyncIterator[bytes], *, limit_bytes: int, max_pixels: int) -> Stored:
        with space_told():
            await asyncio.to_thread(self._incoming.mkdir, parents=True, exist_ok=True)
            # Without a name, so that not even a killed process leaves it behind.
            with tempfile.TemporaryFile(dir=self._incoming) as upload:
                await _receive(chunks, upload, limit_bytes)
                picture = await self.draw(_clean_file, upload, max_pixels)
        return await self.add(picture)

    async def add(self, picture: CleanPicture) -> Stored:
        digest = hashlib.sha256(picture.data).hexdigest()
        # Written again if it is there already: that mends an altered file and keeps it from being swept.
        await self._write(self._path(digest), picture.data)
        return Stored(digest, picture.kind.media_type, picture.width, picture.height, len(picture.data))

    async def read(self, digest: str) -> bytes:
        return await asyncio.to_thread(self._read, digest)

    async def stream(self, digest: str) -> AsyncIterator[bytes]:
        await asyncio.to_thread(self._check, digest)
        return self._blocks(digest)

    async def exists(self, digest: str) -> bool:
        return await asyncio.to_thread(self._path(digest).exists)

    async def delete(self, digest: str, *, idle_for: timedelta = timedelta(0)) -> bool:
        return await asyncio.to_thread(self._delete, self._path(digest), idle_for)

    async def sweep(self, in_use: InUse, *, idle_for: timedelta) -> int:
        await asyncio.to_thread(self._clear_incoming)
        idle, removed = await asyncio.to_thread(self._idle, idle_for), 0
        for start in range(0, len(idle), _ASKED_AT_ONCE):
            asked = idle[start : start + _ASKED_AT_ONCE]
            for digest in set(asked) - set(await in_use(asked)):
                removed += await self.delete(digest, idle_for=idle_for)
        return removed

    async def size_bytes(self) -> int:
        return await asyncio.to_thread(lambda: sum(status.st_size for _, status in self._pictures()))

    async def remember(self, digest: str, name: str, made: Stored) -> None:
        await self._write(self._note(digest, name), json.dumps(asdict(made)).encode())

    async def recall(self, digest: str, name: str) -> Stored | None:
        try:
            made = Stored(**json.loads(await asyncio.to_thread(self._note(digest, name).read_bytes)))
        except (FileNotFoundError, ValueError, TypeError):  # no note, or an altered one
            return None
        return made if await self.exists(made.digest) else None

    async def draw(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._pencil:
            return await to_the_end(work, *args, **kwargs)

    def _path(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise _not_there()
        return file_of(self._root, digest)

    def _note(self, digest: str, name: str) -> Path:
        return self._path(digest).with_name(f"{digest}.{name}")

    async def _write(self, final: Path, data: bytes) -> None:
        temporary = self._incoming / f"{final.name}.{uuid4().hex}"
        with space_told():
            try:
                await asyncio.to_thread(self._incoming.mkdir, parents=True, exist_ok=True)
                await to_the_end(write_new, temporary, data)
                await to_the_end(give_name, temporary, final, root=self._root)
            finally:
                await to_the_end(temporary.unlink, missing_ok=True)

    def _read(self, digest: str) -> bytes:
        try:
            data = self._path(digest).read_bytes()
        except FileNotFoundError:
            raise _not_there() from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise _changed()
        return data

    def _check(self, digest: str) -> None:
        try:
            with self._path(digest).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            raise _not_there() from None
        if found != digest:
            raise _changed()

    async def _blocks(self, digest: str) -> AsyncIterator[bytes]:
        found, held = hashlib.sha256(), b""
        with await asyncio.to_thread(self._path(digest).open, "rb") as file:
            while block := await asyncio.to_thread(file.read, _BLOCK_BYTES):
                found.update(block)
                if held:
                    yield held
                held = block
        # The last block waits for this: what was altered since the first look never arrives whole.
        if found.hexdigest() != digest:
            raise _changed()
        yield held

    def _delete(self, final: Path, idle_for: timedelta) -> bool:
        aside = self._incoming / f"{final.name}.{uuid4().hex}"
        try:
            if _is_younger(final.stat().st_mtime, idle_for):
                return False
            final.rename(aside)
        except FileNotFoundError:
            return False
        came_again = _is_younger(aside.stat().st_mtime, idle_for)
        if came_again:  # uploaded again between the look and the move
            with suppress(FileExistsError):
                os.link(aside, final)
        aside.unlink()
        for note in () if came_again else list(final.parent.glob(f"{final.name}.*")):
            note.unlink(missing_ok=True)
        return not came_again

    def _clear_incoming(self) -> None:
        for path in self._incoming.glob("*"):
            # The time of the last move, not of the last write: a picture that is being deleted is old.
            with suppress(FileNotFoundError):
                if not _is_younger(path.stat().st_ctime, self._abandoned_after):
                    path.unlink()

    def _idle(self, idle_for: timedelta) -> list[str]:
        return [name for name, status in self._pictures() if not _is_younger(status.st_mtime, idle_for)]

    def _pictures(self) -> Iterator[tuple[str, os.stat_result]]:
        for path in self._root.glob("??/??/*"):
            if _DIGEST.fullmatch(path.name):
                with suppress(FileNotFoundError):  # deleted since the folder was listed
                    yield path.name, path.stat()


def file_of(root: Path, digest: str) -> Path:
    """Tell where the picture with this digest lies."""
    return root / digest[:2] / digest[2:4] / digest


async def _receive(chunks: AsyncIterator[bytes], upload: IO[bytes], limit_bytes: int) -> None:
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        if received > limit_bytes:
            raise TooLarge(
                f"The file is larger than {_in_words(limit_bytes)}, the most that is accepted.",
                next_step="Make the picture smaller or save it with a lower quality, then upload it again.",
                limit_bytes=limit_bytes,
            )
        await to_the_end(upload.write, chunk)


def _clean_file(upload: IO[bytes], max_pixels: int) -> CleanPicture:
    upload.seek(0)
    return clean(upload.read(), max_pixels=max_pixels)


def _is_younger(moment_s: float, age: timedelta) -> bool:
    return time.time() - moment_s < age.total_seconds()


def _in_words(size_bytes: int) -> str:
    megabytes = size_bytes / (1024 * 1024)
    return f"{megabytes:g} MB" if megabytes >= 1 else f"{size_bytes / 1024:g} kB"


def _not_there() -> NotFound:
    return NotFound("There is no such picture.", next_step="Upload it again.")


def _changed() -> MediaChanged:
    return MediaChanged(
        "The picture's file on disk isn't the one that was uploaded.",
        next_step="Upload the original again; that mends the file.",
    )
