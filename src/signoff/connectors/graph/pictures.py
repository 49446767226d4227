"""Which pictures a platform takes, said before anybody reviews them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

from signoff.connectors.about import Limits
from signoff.connectors.content import Measure, Objection, Picture
from signoff.connectors.graph.text import count_chars

RATIO_TOLERANCE: Final = 0.005
"""Sizes are whole pixels: 1200 x 628 is 1.9108, and meant to be 1.91."""
_FIELD: Final = "media"
_MB: Final = 1_000_000


def measure_count(pictures: Sequence[Picture], limits: Limits) -> Measure:
    """Set the number of pictures against the limit."""
    most, amount = limits.images_max, len(pictures)
    allowed = f"{limits.images_min} to {most}" if limits.images_min else f"{most}"
    return Measure("images", "Pictures", str(amount), allowed, max(0, amount - most))


def objections(pictures: Sequence[Picture], limits: Limits, label: str) -> Iterator[Objection]:
    """Give everything that `label` would refuse, with by how much and what to do."""
    if (over := len(pictures) - limits.images_max) > 0:
        text = f"{len(pictures)} pictures: {label} takes at most {limits.images_max}. Remove {over}."
        yield Objection(_FIELD, text)
    if len(pictures) < limits.images_min:
        yield Objection(
            _FIELD, f"{label} takes no post without a picture. Attach at least {limits.images_min}."
        )
    for place, picture in enumerate(pictures, 1):
        for message in _of_one(picture, limits, label):
            yield Objection(_FIELD, f"Picture {place} {message}")


def _of_one(picture: Picture, limits: Limits, label: str) -> Iterator[str]:
    if limits.image_types and picture.media_type not in limits.image_types:
        taken = " or ".join(type.removeprefix("image/").upper() for type in limits.image_types)
        yield f"is {picture.media_type}; {label} takes {taken} only. Convert it."
    if limits.image_bytes and picture.size_bytes > limits.image_bytes:
        over = _megabytes(picture.size_bytes - limits.image_bytes)
        size, most = _megabytes(picture.size_bytes), _megabytes(limits.image_bytes)
        yield f"has {size}; {label} takes at most {most}, so it is {over} too large."
    if limits.image_width_min and picture.width < limits.image_width_min:
        missing = limits.image_width_min - picture.width
        yield f"is {picture.width} pixels wide; {limits.image_width_min} are needed, {missing} more."
    yield from _shape(picture, limits)
    if limits.alt_chars and (over_by := count_chars(picture.alt) - limits.alt_chars) > 0:
        yield f"has an alt text of {count_chars(picture.alt):,} characters; shorten it by {over_by:,}."


def _shape(picture: Picture, limits: Limits) -> Iterator[str]:
    width, height = picture.width, picture.height
    ratio = width / height
    if limits.ratio_min and ratio < limits.ratio_min - RATIO_TOLERANCE:
        tallest = math.floor(width / limits.ratio_min)
        yield (
            f"is too tall ({width} x {height}, {ratio:.2f}; at least {limits.ratio_min:.2f}). "
            f"Crop {height - tallest} pixels of its height, to {width} x {tallest}."
        )
    if limits.ratio_max and ratio > limits.ratio_max + RATIO_TOLERANCE:
        widest = math.floor(height * limits.ratio_max)
        yield (
            f"is too wide ({width} x {height}, {ratio:.2f}; at most {limits.ratio_max:.2f}). "
            f"Crop {width - widest} pixels of its width, to {widest} x {height}."
        )


def _megabytes(size_bytes: int) -> str:
    return f"{math.ceil(size_bytes / _MB * 10) / 10:.1f} MB"
