"""Uploaded files in blocks, as use cases take them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from starlette.datastructures import UploadFile

_BLOCK: Final = 64 * 1024


async def chunks_of(file: UploadFile) -> AsyncIterator[bytes]:
    """Give the file's bytes."""
    while block := await file.read(_BLOCK):
        yield block
