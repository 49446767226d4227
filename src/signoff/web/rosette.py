"""The seal's picture: curves drawn from a SHA-256, so that people see at a glance what isn't the same."""

from __future__ import annotations

from functools import lru_cache
from math import cos, sin, tau
from typing import Final, NamedTuple


class _Ring(NamedTuple):
    radius: int
    depth: float
    curves: int


_RINGS: Final = (_Ring(46, 0.10, 6), _Ring(35, 0.20, 6), _Ring(22, 0.34, 3))
_SHIFTS: Final = 6


@lru_cache(maxsize=256)
def rosette(digest: str, points: int = 84) -> str:
    """Give the `d` of one SVG path in a view box of 100 by 100, from a hex digest.

    Four bytes choose a ring's lobes, overtone, turn and depth; colour and line width are for the style sheet.
    More `points` to a curve make it smooth at a larger size.
    """
    chosen = bytes.fromhex(digest[: 8 * len(_RINGS)])
    return "".join(
        _ring(ring, chosen[4 * place : 4 * place + 4], points) for place, ring in enumerate(_RINGS)
    )


def _ring(ring: _Ring, chosen: bytes, points: int) -> str:
    lobes, overtone, turn, depth = chosen
    first = 5 + lobes % 8
    second = 2 * first if overtone & 1 else first + 3
    phase = turn / 255 * tau
    fine = 0.6 * ring.depth * (0.25 + 0.4 * depth / 255)
    paths = []
    for curve in range(ring.curves):
        shift = tau / first / _SHIFTS * curve
        line = []
        for step in range(points + 1):
            angle = tau * step / points
            wave = ring.depth * cos(first * (angle + shift) + phase) + fine * cos(
                second * (angle - shift) + 2 * phase
            )
            reach = ring.radius * (1 - ring.depth - fine + wave)
            line.append(f"{50 + reach * cos(angle):.1f} {50 + reach * sin(angle):.1f}")
        paths.append("M" + "L".join(line) + "Z")
    return "".join(paths)
