"""Takes everything out of a picture's file that isn't the picture, without touching a pixel.

Each function copies only the parts a decoder needs. What they don't know is left out: camera data, positions,
comments, previews, colour profiles, and whatever stands behind the end of the picture.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Final


class Damaged(Exception):
    """The file ends too early or contradicts itself."""


_SOI: Final = b"\xff\xd8"
_EOI: Final = 0xD9
_SOS: Final = 0xDA
_APP0: Final = 0xE0
_APP14: Final = 0xEE
_PLAIN_JFIF: Final = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
_ADOBE_BYTES: Final = 12
_JPEG_KEPT: Final = frozenset({0xC0, 0xC1, 0xC2, 0xC4, _SOS, 0xDB, 0xDD})
"""Frame headers of the usual codings, Huffman and quantization tables, restart interval."""
_JPEG_CODINGS: Final = frozenset(set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC})
_JPEG_MARKER: Final = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
_SCANS_MAX: Final = 100
"""A progressive picture has about ten; a file with thousands is made to keep a decoder busy for minutes."""


def strip_jpeg(data: bytes) -> bytes | None:
    """Copy a JPEG without its metadata; None if it is coded in a way that few programs read.

    The application segments that tell how colours are coded are kept, reduced to just that.
    """
    kept, scans, at = [_SOI], 0, len(_SOI)
    while True:
        marker, body, end = _jpeg_segment(data, at)
        if marker == _EOI:
            return b"".join([*kept, b"\xff\xd9"])
        if marker in _JPEG_CODINGS and marker not in _JPEG_KEPT:
            return None
        if marker in _JPEG_KEPT:
            kept.append(_segment(marker, body))
        elif marker == _APP0 and body.startswith(b"JFIF\x00"):
            kept.append(_PLAIN_JFIF)
        elif marker == _APP14 and body.startswith(b"Adobe"):
            kept.append(_segment(marker, body[:_ADOBE_BYTES]))
        at = end
        if marker == _SOS:
            scans += 1
            if scans > _SCANS_MAX:
                raise Damaged(f"more than {_SCANS_MAX} scans")
            at = _jpeg_marker(data, end)
            kept.append(data[end:at])


def _jpeg_marker(data: bytes, at: int) -> int:
    found = _JPEG_MARKER.search(data, at)
    if found is None:
        raise Damaged("no end of the picture")
    return found.start()


def _jpeg_segment(data: bytes, at: int) -> tuple[int, bytes, int]:
    at = _jpeg_marker(data, at)
    marker = data[at + 1]
    if marker == _EOI:
        return marker, b"", at + 2
    length = int.from_bytes(data[at + 2 : at + 4], "big")
    body = data[at + 4 : at + 2 + length]
    if len(body) != length - 2:
        raise Damaged("a segment is cut off")
    return marker, body, at + 2 + length


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


_PNG_BEGINNING_BYTES: Final = 8
_PNG_KEPT: Final = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


def strip_png(data: bytes) -> bytes:
    """Copy a still PNG without its metadata, checking each chunk's sum."""
    kept, at = [data[:_PNG_BEGINNING_BYTES]], _PNG_BEGINNING_BYTES
    while True:
        length = int.from_bytes(data[at : at + 4], "big")
        chunk = data[at : at + length + 12]
        if len(chunk) != length + 12 or zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
            raise Damaged("a chunk is cut off or altered")
        name = chunk[4:8]
        if name in _PNG_KEPT:
            kept.append(chunk)
        if name == b"IEND":
            return b"".join(kept)
        at += len(chunk)


_RIFF_HEADER_BYTES: Final = 12
_ALPHA_FLAG: Final = 0x10


def strip_webp(data: bytes) -> bytes | None:
    """Copy a still WebP without its metadata; None if the picture stands inside an animation."""
    chunks: dict[bytes, bytes] = {}
    for name, body in _riff_chunks(data):
        chunks.setdefault(name, body)
    if b"VP8L" in chunks:
        return _riff((b"VP8L", chunks[b"VP8L"]))
    if b"VP8 " not in chunks:
        return None
    if b"ALPH" not in chunks or b"VP8X" not in chunks:
        return _riff((b"VP8 ", chunks[b"VP8 "]))
    canvas = struct.pack("<I", _ALPHA_FLAG) + chunks[b"VP8X"][4:10]
    return _riff((b"VP8X", canvas), (b"ALPH", chunks[b"ALPH"]), (b"VP8 ", chunks[b"VP8 "]))


def _riff_chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise Damaged("the file is cut off")
    at = _RIFF_HEADER_BYTES
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + size]
        if len(body) != size:
            raise Damaged("a chunk is cut off")
        yield data[at : at + 4], body
        at += 8 + size + size % 2


def _riff(*chunks: tuple[bytes, bytes]) -> bytes:
    inner = b"WEBP" + b"".join(
        name + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2) for name, body in chunks
    )
    return b"RIFF" + struct.pack("<I", len(inner)) + inner
