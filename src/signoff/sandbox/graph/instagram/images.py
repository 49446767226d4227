"""Which pictures Instagram takes: JPEG up to 8 MiB, between 4:5 and 1.91:1."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.errors import GraphError, invalid
from signoff.sandbox.graph.instagram.captions import checked_alt_text
from signoff.sandbox.graph.pictures import NoPicture, Why
from signoff.sandbox.records import Picture

LARGEST_BYTES: Final = 8 * 1024 * 1024
NARROWEST: Final = 4 / 5
WIDEST: Final = 1.91
TOLERANCE: Final = 0.01
"""Sizes are whole pixels: 1200 x 628 is 1.9108 and passes."""

_REFUSALS: Final = {
    Why.UNREACHABLE: (9004, 2207052),
    Why.TOO_SLOW: (-2, 2207003),
    Why.NOT_A_PICTURE: (9004, 2207052),
    Why.UNKNOWN_FORMAT: (36001, 2207005),
}


def checked_picture(call: Call) -> Picture:
    """Give the picture of the call with its alternative text.

    Raises:
        GraphError: One of section 5 of Meta's publishing errors, for a picture that is missing or won't do.
    """
    picture = call.picture
    if picture is None:
        raise invalid("The parameter image_url is required")
    if isinstance(picture, NoPicture):
        code, subcode = _REFUSALS[picture.why]
        fetched = f"The media could not be fetched from this address: {picture.source}"
        raise GraphError(code, subcode, advice=fetched if subcode == 2207052 else "")  # noqa: PLR2004
    if picture.image_bytes > LARGEST_BYTES:
        raise GraphError(36000, 2207004)
    if not picture.name.endswith(".jpg"):
        raise GraphError(36001, 2207005)
    if not NARROWEST - TOLERANCE <= picture.width / picture.height <= WIDEST + TOLERANCE:
        raise GraphError(36003, 2207009)
    return replace(picture, alt_text=checked_alt_text(call))
