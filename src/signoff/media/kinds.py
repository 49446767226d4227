"""Which files are accepted, told by their content; names and declared types are never asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from signoff.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class Kind:
    """A format that is accepted, with the media type it is served as."""

    name: str
    media_type: str
    extension: str


JPEG: Final = Kind("JPEG", "image/jpeg", "jpg")
PNG: Final = Kind("PNG", "image/png", "png")
WEBP: Final = Kind("WebP", "image/webp", "webp")
GIF: Final = Kind("GIF", "image/gif", "gif")
KINDS: Final = (JPEG, PNG, WEBP, GIF)

ACCEPTED: Final = "JPEG, PNG, WebP and still GIF pictures are accepted."

_BEGINNINGS: Final = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
)

_FOREIGN: Final = (
    (0, b"%PDF-", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive or an office document"),
    (0, b"BM", "a BMP picture"),
    (0, b"II*\x00", "a TIFF picture"),
    (0, b"MM\x00*", "a TIFF picture"),
    (0, b"8BPS", "a Photoshop file"),
    (0, b"MZ", "a program"),
    (0, b"\x7fELF", "a program"),
    (4, b"ftyphei", "an iPhone photo (HEIC)"),
    (4, b"ftypmif1", "an iPhone photo (HEIC)"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftyp", "a video"),
)

_MARKUP: Final = (
    (b"<svg", "a vector drawing (SVG)"),
    (b"<!doctype html", "a web page (HTML)"),
    (b"<html", "a web page (HTML)"),
    (b"<head", "a web page (HTML)"),
    (b"<body", "a web page (HTML)"),
    (b"<script", "a web page (HTML)"),
    (b"<?xml", "an XML file"),
)

_LOOKED_AT_BYTES: Final = 2048


def recognise(data: bytes) -> Kind:
    """Tell the kind of a picture by its first bytes.

    Raises:
        Invalid: It is something else; the message says what it looks like and what is accepted.
    """
    for beginning, kind in _BEGINNINGS:
        if data.startswith(beginning):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return WEBP
    raise Invalid(_what_it_is(data[:_LOOKED_AT_BYTES]), field="file", next_step=ACCEPTED)


def kind_of(media_type: str) -> Kind:
    """Give the kind for a stored media type.

    Raises:
        KeyError: No such kind is ever stored.
    """
    return {kind.media_type: kind for kind in KINDS}[media_type]


def _what_it_is(head: bytes) -> str:
    if not head:
        return "The file is empty."
    for offset, mark, words in _FOREIGN:
        if head[offset:].startswith(mark):
            return f"This looks like {words}. That isn't accepted."
    text = head.replace(b"\x00", b"").lower()  # without the zeros, UTF-16 reads like ASCII
    for mark, words in _MARKUP:
        if mark in text:
            return f"This looks like {words}, not a picture."
    return "This isn't a picture of a known kind."
