"""Where pictures are kept: under the SHA-256 of their bytes, once each, and never changed unseen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, ParamSpec, Protocol, TypeVar

from signoff.kernel.errors import ContentChanged
from signoff.media.inspect import CleanPicture

P = ParamSpec("P")
T = TypeVar("T")

InUse = Callable[[Collection[str]], Awaitable[Collection[str]]]
"""Tells which of these digests something still refers to."""


class MediaChanged(ContentChanged):
    """The bytes on disk aren't those that were uploaded. They must not go out."""

    type: ClassVar[str] = "media-changed"
    title: ClassVar[str] = "The stored picture was altered"


@dataclass(frozen=True, slots=True)
class Stored:
    """A kept picture. `digest` is the SHA-256 of its bytes in hex."""

    digest: str
    media_type: str
    width: int
    height: int
    size_bytes: int


class MediaStore(Protocol):
    """Keeps pictures. A name for derived ones is remembered beside the picture they were made from."""

    async def put(self, chunks: AsyncIterator[bytes], *, limit_bytes: int, max_pixels: int) -> Stored:
        """Take an upload in, check it and keep the clean picture; when that fails, nothing is left behind.

        Raises:
            TooLarge: More than `limit_bytes`; the rest of the stream isn't read.
            Invalid: Not an accepted picture.
            NoSpace: The disk is full.
        """
        ...

    async def add(self, picture: CleanPicture) -> Stored:
        """Keep a picture that was made or checked here. Raises NoSpace."""
        ...

    async def read(self, digest: str) -> bytes:
        """Give the whole picture. Raises NotFound, or MediaChanged if the bytes don't have this digest."""
        ...

    async def stream(self, digest: str) -> AsyncIterator[bytes]:
        """Give the picture in blocks for serving; checked before the first, and again before the last one.

        Raises:
            NotFound: Not there.
            MediaChanged: Altered. While serving: the iteration breaks off before the picture is complete.
        """
        ...

    async def exists(self, digest: str) -> bool: ...

    async def delete(self, digest: str, *, idle_for: timedelta = timedelta(0)) -> bool:
        """Remove a picture; False if it isn't there or was uploaded again within `idle_for`."""
        ...

    async def sweep(self, in_use: InUse, *, idle_for: timedelta) -> int:
        """Remove pictures that were last uploaded longer ago and that nothing refers to; tell how many.

        Also removes what killed processes left half written.
        """
        ...

    async def size_bytes(self) -> int:
        """Tell what all pictures take."""
        ...

    async def remember(self, digest: str, name: str, made: Stored) -> None:
        """Note what was made from a picture, under a name of letters, digits and dashes."""
        ...

    async def recall(self, digest: str, name: str) -> Stored | None:
        """Give what `remember` noted, if it is still there."""
        ...

    async def draw(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run work on pixels in a thread, one at a time: a decoded picture takes hundreds of megabytes."""
        ...
