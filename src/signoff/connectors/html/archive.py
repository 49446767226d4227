"""A zip of exported pages, made while it is sent: no second copy on disk, no archive in memory."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from signoff.connectors.html.files import PAGE, pages_in

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_CHUNK_BYTES: Final = 256 * 1024


async def stream_zip(folder: Path) -> AsyncIterator[bytes]:
    """Give a zip of all pages below a folder with their pictures, piece by piece; files keep their names."""
    pieces = _pieces(folder)
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece


def _pieces(folder: Path) -> Iterator[bytes]:
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        for place in pages_in(folder):
            for file in sorted(place.folder.iterdir()):
                if _belongs(file):
                    yield from _packed(archive, file, str(file.relative_to(folder)), outlet)
    yield outlet.taken()


def _belongs(file: Path) -> bool:
    return file.is_file() and not file.is_symlink() and not file.name.startswith(".")


def _packed(archive: zipfile.ZipFile, file: Path, name: str, outlet: _Outlet) -> Iterator[bytes]:
    entry = zipfile.ZipInfo.from_file(file, name)
    entry.compress_type = zipfile.ZIP_DEFLATED if file.name == PAGE else zipfile.ZIP_STORED
    with file.open("rb") as source, archive.open(entry, "w") as target:
        while chunk := source.read(_CHUNK_BYTES):
            target.write(chunk)
            if piece := outlet.taken():
                yield piece


class _Outlet(io.RawIOBase):
    """A file that only goes forward; what was written is taken out as it comes."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        added = bytes(data)
        self._written += added
        return len(added)

    def taken(self) -> bytes:
        piece = bytes(self._written)
        self._written.clear()
        return piece
