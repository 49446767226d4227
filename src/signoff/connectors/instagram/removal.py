"""Taking a post down."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from signoff.connectors.base import Parcel, Receipt, Reconnect, Refused, TryLater
from signoff.connectors.graph.api import GraphSession
from signoff.connectors.graph.errors import Gone
from signoff.connectors.graph.ids import is_number
from signoff.connectors.graph.moments import read_moment
from signoff.connectors.instagram.about import ABOUT
from signoff.connectors.instagram.feed import Seen, search
from signoff.connectors.instagram.reconcile import PENDING
from signoff.connectors.instagram.upload import read_upload

DELETED = "Deleted on Instagram."
GONE = "It was already gone from Instagram."
_BAD_LOGIN = "190"
_PUBLISHED_WITHIN: Final = timedelta(minutes=5)
"""A post that came later than this after the intent may be another delivery's."""


async def take_down(session: GraphSession, parcel: Parcel, receipt: Receipt) -> str:
    """Delete the post; gone already counts as done.

    Raises:
        Refused: Only by hand: the kind of post, of login or of permission doesn't allow it.
        TryLater, Throttled, Reconnect: Not now.
    """
    media_id = await _media_id(session, parcel, receipt)
    try:
        answer = await session.delete(media_id)
    except Gone as problem:
        if await _is_there(
            session, media_id
        ):  # "gone" is also what a login without the right to delete is told
            raise _by_hand(receipt, problem.detail, problem.code) from problem
        return GONE
    except Reconnect as problem:
        if problem.code.startswith(_BAD_LOGIN):
            raise
        raise _by_hand(
            receipt, problem.detail, problem.code
        ) from problem  # publishing may well work without it
    except TryLater:
        if await _is_there(session, media_id):
            raise
        return DELETED
    if answer.data.get("success") is False:
        raise TryLater("Instagram didn't delete the post.")
    return DELETED


async def _media_id(session: GraphSession, parcel: Parcel, receipt: Receipt) -> str:
    if not receipt.external_id.startswith(PENDING):
        if not is_number(receipt.external_id):
            raise _by_hand(receipt, "The receipt holds no id of a post.", "id")
        return receipt.external_id
    begin = _published_from(receipt)
    seen = await search(session, parcel, begin)
    if not seen.matches:
        raise _by_hand(receipt, "Instagram hasn't listed this post, so its id isn't known.", "pending")
    if not (parcel.payload["text"] and seen.recent.is_complete and _is_one_soon_after(begin, seen)):
        raise _by_hand(
            receipt,
            "The post's own id isn't known, and a post that looks like it may be another one.",
            "unclear",
        )
    return seen.matches[0].id


def _published_from(receipt: Receipt) -> datetime:
    """Give the earliest moment of the publish call: neither before the intent nor before the upload."""
    upload = read_upload(receipt.raw.get("upload", {}))
    return max(upload.made_at, read_moment(receipt.raw.get("since")))


def _is_one_soon_after(begin: datetime, seen: Seen) -> bool:
    """Tell whether a single post has the caption, and the time at which this one was published."""
    made_at = [post.moment("timestamp") for post in seen.matches]
    # Instagram lists whole seconds.
    return len(made_at) == 1 and begin.replace(microsecond=0) <= made_at[0] <= begin + _PUBLISHED_WITHIN


async def _is_there(session: GraphSession, media_id: str) -> bool:
    try:
        await session.get(media_id, fields="id")
    except Gone:
        return False
    return True


def _by_hand(receipt: Receipt, detail: str, code: str) -> Refused:
    advice = f"{ABOUT.take_down_by_hand} The post: {receipt.permalink}"
    return Refused(detail, advice=advice, code=code)
