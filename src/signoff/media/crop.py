"""Cutting a picture: a frame of a wanted shape, its size and its place, and the pixels inside it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from typing import Final

from signoff.media.encode import encode
from signoff.media.inspect import CleanPicture, opened
from signoff.media.kinds import recognise
from signoff.media.store import MediaStore, Stored

FULL: Final = 100


@dataclass(frozen=True, slots=True)
class Frame:
    """Which part of a picture is kept. Each number is in percent, so that it fits a picture of any size."""

    ratio: float
    """Width divided by height."""
    size: int = FULL
    """Of the largest frame of that shape in the picture."""
    left: int = FULL // 2
    """Of the room beside the frame: 0 is the left edge, 100 the right one."""
    top: int = FULL // 2

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Give left, upper, right and lower edge in pixels, for a picture of this size."""
        widest = min(width, height * self.ratio)
        across = max(1, min(width, round(widest * self.size / FULL)))
        down = max(1, min(height, round(across / self.ratio)))
        left = round((width - across) * self.left / FULL)
        top = round((height - down) * self.top / FULL)
        return left, top, left + across, top + down


async def cropped(store: MediaStore, digest: str, box: tuple[int, int, int, int]) -> Stored:
    """Give the part of a picture inside a box; the same box of the same picture is cut once.

    Raises:
        NotFound, MediaChanged, NoSpace: As the store says.
    """
    name = "-".join(["crop", *map(str, box)])
    remembered = await store.recall(digest, name)
    if remembered is not None:
        return remembered
    made = await store.add(await store.draw(partial(_cut, box), await store.read(digest)))
    await store.remember(digest, name, made)
    return made


def _cut(box: tuple[int, int, int, int], data: bytes) -> CleanPicture:
    kind = recognise(data)
    part = opened(data, kind, max_pixels=sys.maxsize).crop(box)  # counted when it came in
    return CleanPicture(encode(part, kind), kind, *part.size)
