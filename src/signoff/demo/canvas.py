"""What the pictures are drawn on: flat shapes, drawn large and scaled down for smooth edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from PIL import Image, ImageDraw, ImageFilter

SIDE: Final = 1080
_LARGER: Final = 2
_FULL: Final = SIDE * _LARGER

Colour: TypeAlias = tuple[int, int, int]
Box: TypeAlias = tuple[float, float, float, float]


class Canvas:
    """A square of 1000 by 1000 units; light comes from the upper left."""

    def __init__(self, top: Colour, bottom: Colour) -> None:
        column = Image.new("RGB", (1, 256))
        for y in range(256):
            column.putpixel((0, y), between(top, bottom, y / 255))
        self.image = column.resize((_FULL, _FULL), Image.Resampling.BICUBIC)
        self.pen = ImageDraw.Draw(self.image, "RGBA")

    def oval(self, x: float, y: float, rx: float, ry: float, fill: Colour, alpha: int = 255) -> None:
        self.pen.ellipse(_scaled(x - rx, y - ry, x + rx, y + ry), fill=(*fill, alpha))

    def ring(self, x: float, y: float, radius: float, line: Colour, width: float) -> None:
        box = _scaled(x - radius, y - radius, x + radius, y + radius)
        self.pen.ellipse(box, outline=line, width=round(_scaled(width)[0]))

    def bar(self, box: Box, fill: Colour, radius: float = 0, alpha: int = 255) -> None:
        self.pen.rounded_rectangle(_scaled(*box), radius=_scaled(radius)[0], fill=(*fill, alpha))

    def line(self, points: Sequence[tuple[float, float]], fill: Colour, width: float) -> None:
        flat = [_scaled(x, y) for x, y in points]
        self.pen.line([(p[0], p[1]) for p in flat], fill=fill, width=round(_scaled(width)[0]), joint="curve")
        for x, y in (points[0], points[-1]):
            self.oval(x, y, width / 2, width / 2, fill)

    def shape(self, points: Sequence[tuple[float, float]], fill: Colour, alpha: int = 255) -> None:
        self.pen.polygon([(p[0], p[1]) for p in (_scaled(x, y) for x, y in points)], fill=(*fill, alpha))

    def arc(self, box: Box, start: float, end: float, fill: Colour, width: float) -> None:
        self.pen.arc(_scaled(*box), start, end, fill=fill, width=round(_scaled(width)[0]))

    def glow(self, x: float, y: float, radius: float, colour: Colour, alpha: int) -> None:
        """Lay a soft light, or a soft shadow, over what is there."""
        mask = Image.new("L", (_FULL // 8, _FULL // 8))
        box = [value / 8 for value in _scaled(x - radius, y - radius, x + radius, y + radius)]
        ImageDraw.Draw(mask).ellipse(box, fill=alpha)
        mask = mask.filter(ImageFilter.GaussianBlur(_scaled(radius)[0] / 24)).resize(self.image.size)
        self.image.paste(Image.new("RGB", self.image.size, colour), mask=mask)
        self.pen = ImageDraw.Draw(self.image, "RGBA")

    def finished(self) -> Image.Image:
        return self.image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def _scaled(*units: float) -> tuple[float, ...]:
    return tuple(unit * _FULL / 1000 for unit in units)


def between(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def curve(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]
) -> list[tuple[float, float]]:
    """Give points of the curve from `a` to `c` that bends towards `b`."""
    steps = [step / 24 for step in range(25)]
    return [
        (
            (1 - t) ** 2 * a[0] + 2 * t * (1 - t) * b[0] + t * t * c[0],
            (1 - t) ** 2 * a[1] + 2 * t * (1 - t) * b[1] + t * t * c[1],
        )
        for t in steps
    ]
