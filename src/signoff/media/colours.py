"""Brings pictures to sRGB, which is what programs take a picture without a profile for."""

from __future__ import annotations

import io
from itertools import product
from typing import Final

from PIL import Image, ImageChops, ImageCms

_PROFILED: Final = {"L": "RGB", "RGB": "RGB", "RGBA": "RGBA", "CMYK": "RGB"}
"""For each mode that a profile can describe, the mode its sRGB form has."""
_VISIBLE: Final = 3
"""Levels of 255 by which a colour may move unnoticed; copies of the sRGB profile differ that much."""
_SIXTEEN_BIT: Final = ("I", "I;16", "I;16B", "I;16L", "F")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert from the profile's colours, and from CMYK; the very same object if no pixel changes.

    A profile that is broken or belongs to another kind of picture is ignored, as browsers do.
    """
    converted = _from_profile(image, profile) if profile else image
    return converted.convert("RGB") if converted.mode == "CMYK" else converted


def to_eight_bits(image: Image.Image) -> Image.Image:
    """Scale a picture with 16 bits per pixel down; Pillow's own conversion cuts off instead."""
    if image.mode not in _SIXTEEN_BIT:
        return image
    return image.convert("I").point(lambda level: level * (1 / 256)).convert("L")


def _from_profile(image: Image.Image, profile: bytes) -> Image.Image:
    plain = _without_palette(image)
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            plain.mode,
            _PROFILED[plain.mode],
        )
    except (ImageCms.PyCMSError, OSError, KeyError):
        return image
    if plain.mode != "CMYK" and not _moves_colours(transform, plain.mode):
        return image
    converted = transform.apply(plain)
    return converted.convert("L") if plain.mode == "L" else converted


def _without_palette(image: Image.Image) -> Image.Image:
    """Give a mode that profiles know to what has a palette or one transparent colour."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("RGB") if image.mode == "P" else image


def _moves_colours(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    """Try the transform on colours from the whole range: what profiles are called says nothing reliable."""
    levels = range(0, 256, 51)
    colours = bytes(level for colour in product(levels, repeat=3) for level in colour)
    probe = Image.frombytes("RGB", (len(colours) // 3, 1), colours).convert(mode)
    moved = ImageChops.difference(transform.apply(probe).convert("RGB"), probe.convert("RGB"))
    return max(moved.tobytes()) > _VISIBLE
