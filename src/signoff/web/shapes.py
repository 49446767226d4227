"""Which shapes a picture can be cropped to, and which of a brand's channels each one suits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from signoff.connectors.about import Limits

_USUAL: Final = (
    ("1:1", 1.0),
    ("4:5", 0.8),
    ("3:4", 0.75),
    ("3:2", 1.5),
    ("1.91:1", 1.91),
    ("16:9", 16 / 9),
    ("9:16", 9 / 16),
)
_TOLERANCE: Final = 0.005
_CLOSE: Final = 0.01


@dataclass(frozen=True, slots=True)
class Shape:
    """A shape to choose."""

    name: str
    ratio: float
    suits: Sequence[str]
    """Platforms with limits of their own that take it."""
    refused_by: Sequence[str]


def shapes_for(limits: dict[str, Limits], width: int, height: int) -> list[Shape]:
    """List the whole picture first, then the usual shapes. `limits` are by the platform's name."""
    return [
        Shape(
            name,
            ratio,
            [each for each in limits if _takes(limits[each], ratio)],
            [each for each in limits if not _takes(limits[each], ratio)],
        )
        for name, ratio in (("Whole", width / height), *_USUAL)
    ]


def shape_name(width: int, height: int) -> str:
    """Give the shape of a picture by the name that people know, else as width by height."""
    ratio = width / height
    close = [name for name, usual in _USUAL if abs(ratio - usual) <= usual * _CLOSE]
    return close[0] if close else f"{ratio:.2f}:1"


def _takes(limits: Limits, ratio: float) -> bool:
    low, high = limits.ratio_min or 0.0, limits.ratio_max or float("inf")
    return low - _TOLERANCE <= ratio <= high + _TOLERANCE
