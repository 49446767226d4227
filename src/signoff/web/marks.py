"""Small pictures of who and where: a platform's glyph, a brand's tile, a person's initials."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from markupsafe import Markup

from signoff.records.tenants import Brand


@dataclass(frozen=True, slots=True)
class PlatformMark:
    """The glyph of a platform and the class that gives its hue."""

    glyph: str
    hue: str


PLATFORM_MARKS: Final[Mapping[str, PlatformMark]] = {
    "instagram": PlatformMark("ch-instagram", "c-instagram"),
    "facebook": PlatformMark("ch-facebook", "c-facebook"),
    "wordpress": PlatformMark("ch-wordpress", "c-wordpress"),
    "html": PlatformMark("ch-html5", "c-html5"),
}
_OTHER: Final = PlatformMark("globe", "c-other")


def mark_of(platform: str) -> PlatformMark:
    """Give a platform's mark; those that others added get a globe."""
    return PLATFORM_MARKS.get(platform, _OTHER)


@dataclass(frozen=True, slots=True)
class BrandMark:
    """A brand's tile: its colour, a colour that can be read on it, and its letters."""

    fill: str
    ink: str
    letters: str


_FILLS: Final = ("#8a4b1f", "#1b7771", "#23566b", "#5a4b8a", "#7a2f4c", "#4c6b1f")
_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
_BRIGHT: Final = 0.2
"""Relative luminance from which black is easier to read than white."""


_TILE: Final = Markup(
    '<svg class="bl {size}" viewBox="0 0 26 26" role="img" aria-label="{name}"><title>{name}</title>'
    '<rect width="26" height="26" rx="7" fill="{mark.fill}"/>'
    '<text x="13" y="18" text-anchor="middle" fill="{mark.ink}">{mark.letters}</text></svg>'
)


def brand_tile(brand: Brand, size: str = "") -> Markup:
    """Draw a brand's tile. Every page shows one for each brand, so the drawings are kept."""
    return _tile(brand_mark(brand), brand.name, size)


@lru_cache(maxsize=1000)
def _tile(mark: BrandMark, name: str, size: str) -> Markup:
    return _TILE.format(mark=mark, name=name, size=size)


def brand_mark(brand: Brand) -> BrandMark:
    """Draw a brand by its own colour, or by one that its id chooses."""
    chosen = _FILLS[zlib.crc32(brand.id.bytes) % len(_FILLS)]
    fill = brand.color if _HEX.fullmatch(brand.color) else chosen
    return BrandMark(
        fill, "#1a1917" if _luminance(fill) > _BRIGHT else "#ffffff", initials(brand.name, most=1)
    )


@lru_cache(maxsize=1000)
def _luminance(color: str) -> float:
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]  # noqa: PLR2004
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def initials(name: str, most: int = 2) -> str:
    """Give the first letters of a name's first and last word."""
    parts = [part for part in name.split() if part]
    chosen = [parts[0], parts[-1]] if len(parts) > 1 else parts
    return "".join(part[0].upper() for part in chosen[:most]) or "?"


def person_tone(name: str) -> str:
    """Choose one of five quiet tones for a person; the same name has always the same."""
    return f"t{zlib.crc32(name.encode()) % 5 + 1}"
