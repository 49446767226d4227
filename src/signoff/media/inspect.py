"""Looks at an uploaded file before anything else does, and keeps of it only the picture.

The result has no metadata and stands upright in sRGB. Pixels stay as they came wherever that is possible, so
the same picture gives the same digest, whatever was written beside its pixels.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from PIL import ExifTags, Image
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile, get_sampling
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from signoff.kernel.errors import Invalid, Problem
from signoff.media.colours import to_srgb
from signoff.media.encode import FULL_COLOUR, encode
from signoff.media.kinds import ACCEPTED, GIF, JPEG, PNG, WEBP, Kind, recognise
from signoff.media.strip import strip_jpeg, strip_png, strip_webp

# The formats' own classes: Pillow's general door would also try dozens of formats that nobody needs here.
_READERS: Final[Mapping[Kind, type[ImageFile]]] = {
    JPEG: JpegImageFile,
    PNG: PngImageFile,
    WEBP: WebPImageFile,
    GIF: GifImageFile,
}
_STRIP: Final[Mapping[Kind, Callable[[bytes], bytes | None]]] = {
    JPEG: strip_jpeg,
    PNG: strip_png,
    WEBP: strip_webp,
    GIF: lambda _: None,  # written anew: a GIF loses nothing by that
}
_TURNS: Final[Mapping[int, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What brings a picture upright, by the value of its orientation tag (Exif 2.32, 0x0112)."""


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """A picture as it is kept: its bytes and what they show."""

    data: bytes = field(repr=False)
    kind: Kind
    width: int
    height: int


def clean(data: bytes, *, max_pixels: int) -> CleanPicture:
    """Check an uploaded picture and keep nothing but the picture. Blocks, and needs memory for all pixels.

    Raises:
        Invalid: Not a picture of an accepted kind, damaged, moving, or of more than `max_pixels` (width times
            height, looked at before anything is decoded).
    """
    kind = recognise(data)
    with _told_as_invalid(kind, max_pixels):
        original = opened(data, kind, max_pixels=max_pixels)
        bare = _STRIP[kind](data)
        # What is kept is what gets decoded and looked at, not the file that it was taken from.
        kept = original if bare is None else opened(bare, kind, max_pixels=max_pixels)
        kept.load()
        drawn = _upright(to_srgb(kept, original.info.get("icc_profile")), _orientation(original))
        if bare is None or drawn is not kept:
            bare = _written(drawn, kind, kept, data)
        return CleanPicture(bare, kind, *drawn.size)


def opened(data: bytes, kind: Kind, *, max_pixels: int) -> ImageFile:
    """Read the header of a picture; nothing is decoded yet.

    Raises:
        Invalid: More than `max_pixels`, or a moving picture. What is broken raises whatever Pillow thinks of.
    """
    image = _READERS[kind](io.BytesIO(data))
    width, height = image.size
    if width * height > max_pixels:
        raise _too_many_pixels(f"The picture has {width} x {height} pixels", max_pixels)
    if getattr(image, "is_animated", False):
        raise Invalid(
            f"This is a moving {kind.name} picture; only still ones are accepted.",
            field="file",
            next_step="Upload one of its frames as a picture.",
        )
    return image


@contextmanager
def _told_as_invalid(kind: Kind, max_pixels: int) -> Iterator[None]:
    try:
        yield
    except (Problem, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise _too_many_pixels("The picture has too many pixels", max_pixels) from problem
    # Pillow reports broken files by a dozen classes, from SyntaxError to struct.error.
    except Exception as problem:
        raise Invalid(
            f"This {kind.name} picture is damaged or incomplete.",
            field="file",
            next_step="Open and save it in a picture program, then upload it again. " + ACCEPTED,
        ) from problem


def _too_many_pixels(found: str, max_pixels: int) -> Invalid:
    return Invalid(
        f"{found}; at most {max_pixels / 1_000_000:g} megapixels are accepted.",
        field="file",
        next_step="Make the picture smaller, then upload it again.",
    )


def _orientation(image: ImageFile) -> int:
    try:
        return int(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - camera data comes broken in every way; without it the picture stands as it is
        return 1


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _written(image: Image.Image, kind: Kind, kept: ImageFile, data: bytes) -> bytes:
    """Write anew what couldn't stay byte for byte, as fine as it was in the file that was read."""
    return encode(
        image,
        kind,
        subsampling=get_sampling(kept) if kind is JPEG else FULL_COLOUR,
        lossless=b"VP8L" in data,
    )
