"""Getting a picture the way the platform does: really, from the address in the call."""

from __future__ import annotations

import io
from dataclasses import dataclass
from enum import StrEnum

import aiohttp
from PIL import Image

from signoff.sandbox.records import Picture
from signoff.sandbox.state import World

LARGEST_BYTES = 12 * 1024 * 1024
"""Nothing above this is read on; both platforms refuse less than that."""

_ENDINGS = {"JPEG": "jpg", "PNG": "png", "GIF": "gif", "WEBP": "webp", "BMP": "bmp", "TIFF": "tif"}


class Why(StrEnum):
    """Why there is no picture."""

    UNREACHABLE = "unreachable"
    TOO_SLOW = "too slow"
    NOT_A_PICTURE = "not a picture"
    UNKNOWN_FORMAT = "unknown format"


@dataclass(frozen=True, slots=True)
class NoPicture:
    """The address, or the upload, gave nothing that could be used."""

    why: Why
    source: str


async def fetch(world: World, url: str) -> Picture | NoPicture:
    """Download a picture and keep a copy. Any address is called: it is this machine's own rehearsal."""
    timeout = aiohttp.ClientTimeout(total=world.settings.fetch_timeout.total_seconds())
    try:
        async with aiohttp.ClientSession(timeout=timeout) as http, http.get(url) as answer:
            if not answer.ok:
                return NoPicture(Why.UNREACHABLE, url)
            content = bytearray()
            async for chunk in answer.content.iter_any():
                content += chunk
                if len(content) > LARGEST_BYTES:
                    break
    except TimeoutError:
        return NoPicture(Why.TOO_SLOW, url)
    except (aiohttp.ClientError, ValueError):
        return NoPicture(Why.UNREACHABLE, url)
    return keep(world, bytes(content), url)


def keep(world: World, content: bytes, source: str) -> Picture | NoPicture:
    """Look at what the bytes are, by content, and store them. A picture too large is kept all the same."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            ending = _ENDINGS.get(image.format or "")
            width, height = image.size
    except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return NoPicture(Why.NOT_A_PICTURE, source)
    if not ending:
        return NoPicture(Why.UNKNOWN_FORMAT, source)
    return Picture(world.files.put(content, ending), width, height, len(content), source)
