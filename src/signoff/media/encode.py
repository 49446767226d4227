"""Writes pictures: always the same bytes for the same pixels, and nothing but pixels."""

from __future__ import annotations

import io
from typing import Any, Final

from PIL import Image

from signoff.media.kinds import GIF, JPEG, PNG, WEBP, Kind

QUALITY: Final = 92
FULL_COLOUR: Final = 0
"""Chroma in full resolution, 4:4:4: text and edges stay clean."""


def encode(
    image: Image.Image,
    kind: Kind,
    *,
    quality: int = QUALITY,
    subsampling: int = FULL_COLOUR,
    lossless: bool = False,
) -> bytes:
    """Write the picture in a format; `quality`, `subsampling` and `lossless` where the format has them."""
    options: dict[Kind, dict[str, Any]] = {
        # No `optimize`: Pillow's buffer for it is too small for noisy pictures, which then can't be written.
        JPEG: {"quality": quality, "subsampling": subsampling},
        PNG: {"compress_level": 6},
        WEBP: {"quality": quality, "lossless": lossless, "method": 4},
        GIF: {"interlace": 0},
    }
    # What Pillow read beside the pixels (comments, profiles, resolution) would be written again.
    image.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
    written = io.BytesIO()
    image.save(written, format=kind.name.upper(), **options[kind])
    return written.getvalue()


def flat(image: Image.Image, background: tuple[int, int, int]) -> Image.Image:
    """Lay the picture on a background where it is transparent; the result is L or RGB."""
    if not image.has_transparency_data:
        return image if image.mode in ("L", "RGB") else image.convert("RGB")
    see_through = image.convert("RGBA")
    canvas = Image.new("RGB", image.size, background)
    canvas.paste(see_through, mask=see_through.getchannel("A"))
    return canvas
