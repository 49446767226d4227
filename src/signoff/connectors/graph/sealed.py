"""The pictures of a parcel, checked against what was approved."""

from __future__ import annotations

from typing import Any

from signoff.connectors.base import Parcel, SealedPicture
from signoff.connectors.errors import Refused


def checked_pictures(parcel: Parcel) -> tuple[SealedPicture, ...]:
    """Give the pictures if they are those of the approved payload, in its order.

    Raises:
        Refused: Others, or an address that platforms don't take.
    """
    approved: list[Any] = list(parcel.payload.get("pictures", ()))
    if [(one["digest"], one["alt"]) for one in approved] != [
        (one.digest, one.alt) for one in parcel.pictures
    ]:
        raise Refused(
            "The pictures aren't those that were approved.",
            advice="Request changes, check the pictures and have the post approved again.",
            code="seal",
        )
    if not all(picture.url.isascii() for picture in parcel.pictures):
        raise Refused(
            "The address of a picture has characters that Meta doesn't take.",
            advice="Set SIGNOFF_PUBLIC_URL to an address in plain ASCII (xn--… for other scripts).",
            code="address",
        )
    return parcel.pictures
