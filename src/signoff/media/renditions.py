"""Pictures made from kept ones: in a format that a platform takes, or small enough for it or for a page.

What was made is remembered beside its source, so it stays the same when a later version draws differently.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Final

from PIL import Image, ImageColor

from signoff.kernel.errors import OverLimit
from signoff.media.colours import to_eight_bits
from signoff.media.encode import QUALITY, encode, flat
from signoff.media.inspect import CleanPicture, opened
from signoff.media.kinds import GIF, JPEG, PNG, WEBP, Kind, recognise
from signoff.media.store import MediaStore, Stored

_QUALITIES: Final = (QUALITY, 85, 78, 70)
"""Tried in turn where the bytes are limited; below that, fewer pixels look better."""
_SHRINK: Final = 0.8
_SMALLEST_WIDTH: Final = 320
_THUMBNAIL_QUALITY: Final = 80
_LOSSY: Final = (JPEG, WEBP)
_UNLIMITED: Final = sys.maxsize


async def as_jpeg(store: MediaStore, digest: str, background: str = "#fff") -> Stored:
    """Give the picture as JPEG, on a background where it is transparent; a JPEG stays as it is."""
    return await fit_for(store, digest, media_types=(JPEG.media_type,), background=background)


async def fit_for(
    store: MediaStore,
    digest: str,
    *,
    media_types: Collection[str],
    max_bytes: int | None = None,
    max_width: int | None = None,
    background: str = "#fff",
) -> Stored:
    """Give the picture in one of the types and within the limits; the same one if it fits already.

    Raises:
        OverLimit: It would have to be smaller than anybody wants to see it, or no type can be written.
        NotFound, MediaChanged, NoSpace: As the store says.
    """
    limits, types = (max_bytes or _UNLIMITED, max_width or _UNLIMITED), sorted(media_types)
    colour = ImageColor.getrgb(background)[:3]
    endings = (media_type.rpartition("/")[2] for media_type in types)
    name = "-".join(["fit", *endings, *map(str, limits), bytes(colour).hex()])
    return await _made(store, digest, name, partial(_fitted, types, limits, colour))


async def thumbnail(store: MediaStore, digest: str, px: int) -> Stored:
    """Give a WebP that fits into a square of `px`, for pages; never larger than the picture itself."""
    return await _made(store, digest, f"thumbnail-{px}", partial(_small, px))


async def _made(store: MediaStore, digest: str, name: str, draw: Callable[[bytes], CleanPicture]) -> Stored:
    remembered = await store.recall(digest, name)
    if remembered is not None:
        return remembered
    made = await store.add(await store.draw(draw, await store.read(digest)))
    await store.remember(digest, name, made)
    return made


def _fitted(
    types: list[str], limits: tuple[int, int], background: tuple[int, int, int], data: bytes
) -> CleanPicture:
    kind, (max_bytes, max_width) = recognise(data), limits
    image = opened(data, kind, max_pixels=_UNLIMITED)  # counted when it came in
    if kind.media_type in types and len(data) <= max_bytes and image.width <= max_width:
        return CleanPicture(data, kind, *image.size)
    target = _target(kind, types, is_too_heavy=len(data) > max_bytes)
    pixels = _drawable(image)
    if target is JPEG:
        pixels = flat(pixels, background)
    for sized, quality in _smaller_and_smaller(pixels, max_width, target):
        written = encode(sized, target, quality=quality)
        if len(written) <= max_bytes:
            return CleanPicture(written, target, *sized.size)
    raise OverLimit(
        f"The picture can't be brought below {max_bytes:,} bytes and stay worth looking at.",
        field="media",
        next_step="Choose a simpler or smaller picture.",
    )


def _target(kind: Kind, types: list[str], *, is_too_heavy: bool) -> Kind:
    """Keep the kind if the platform takes it, unless only JPEG makes the file light enough."""
    kinds = [known for known in (JPEG, PNG, WEBP, GIF) if known.media_type in types]
    if not kinds:
        raise OverLimit(
            f"Pictures can't be written as {', '.join(types)}.",
            field="media",
            next_step="Remove the picture.",
        )
    heavier = is_too_heavy and kind not in _LOSSY and JPEG in kinds
    return kind if kind in kinds and not heavier else kinds[0]


def _smaller_and_smaller(
    image: Image.Image, max_width: int, target: Kind
) -> Iterator[tuple[Image.Image, int]]:
    """Give the picture at its best, then with more and more loss, then with fewer and fewer pixels."""
    width = min(image.width, max_width)
    while True:
        height = max(1, round(image.height * width / image.width))
        sized = image if width == image.width else image.resize((width, height), Image.Resampling.LANCZOS)
        for quality in _QUALITIES if target in _LOSSY else (QUALITY,):
            yield sized, quality
        width = int(width * _SHRINK)
        if width < _SMALLEST_WIDTH:
            return


def _small(px: int, data: bytes) -> CleanPicture:
    image = _drawable(opened(data, recognise(data), max_pixels=_UNLIMITED))
    image.thumbnail((px, px))
    return CleanPicture(encode(image, WEBP, quality=_THUMBNAIL_QUALITY), WEBP, *image.size)


def _drawable(image: Image.Image) -> Image.Image:
    """Give a mode whose colours can be mixed: palettes, single bits and 16 bits can't."""
    if image.mode in ("P", "1") or "transparency" in image.info:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    return to_eight_bits(image)
