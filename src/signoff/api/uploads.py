"""Uploads: parsed as they come in, kept in a temporary file, never whole in memory."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import UploadFile
from starlette.requests import Request

from signoff.kernel.errors import Invalid, NoSpace

_BLOCK_BYTES: Final = 64 * 1024
_MOST_FIELDS: Final = 4
_ALT_CHARS: Final = 2000


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that was received, and what was said about it."""

    file: UploadFile
    alt: str

    @property
    def filename(self) -> str:
        return self.file.filename or ""

    async def chunks(self) -> AsyncIterator[bytes]:
        """Give the bytes from the start; as often as wanted."""
        await self.file.seek(0)
        while block := await self.file.read(_BLOCK_BYTES):
            yield block


@asynccontextmanager
async def received_upload(request: Request) -> AsyncIterator[Upload]:
    """Receive a form with one file. The temporary file is gone at the end, whatever happens.

    Raises:
        Invalid: There is no file in the form, or the alt text is wrong.
        NoSpace: The disk is full.
        HTTPException: It isn't a form, holds several files, or is too large.
    """
    try:
        form = await request.form(max_files=1, max_fields=_MOST_FIELDS)
    except OSError as problem:
        if problem.errno == errno.ENOSPC:
            raise NoSpace(
                "The disk is full; nothing was stored.", next_step="Ask the operator for space."
            ) from problem
        raise
    try:
        yield Upload(_file(form.values()), _alt(form.get("alt", "")))
    finally:
        await form.close()


def _file(values: Iterable[UploadFile | str]) -> UploadFile:
    for value in values:
        if isinstance(value, UploadFile):
            return value
    raise Invalid("There is no file in the form.", field="file", next_step="Send the picture as `file`.")


def _alt(value: UploadFile | str) -> str:
    if not isinstance(value, str) or "\x00" in value or len(value) > _ALT_CHARS:
        raise Invalid(f"The alt text has at most {_ALT_CHARS} characters.", field="alt")
    return value
