"""Taking a post down."""

from __future__ import annotations

from signoff.connectors.base import Parcel, Receipt, Reconnect, Refused, TryLater
from signoff.connectors.graph.api import GraphSession
from signoff.connectors.graph.errors import Gone
from signoff.connectors.instagram.about import ABOUT
from signoff.connectors.instagram.feed import search
from signoff.connectors.instagram.reconcile import PENDING
from signoff.connectors.instagram.upload import read_upload

DELETED = "Deleted on Instagram."
GONE = "It was already gone from Instagram."
_BAD_LOGIN = "190"


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
        return receipt.external_id
    since = read_upload(receipt.raw.get("upload", {})).made_at
    seen = await search(session, parcel, since)
    if not seen.matches:
        raise _by_hand(receipt, "Instagram hasn't listed this post, so its id isn't known.", "pending")
    return seen.matches[0].id


async def _is_there(session: GraphSession, media_id: str) -> bool:
    try:
        await session.get(media_id, fields="id")
    except Gone:
        return False
    return True


def _by_hand(receipt: Receipt, detail: str, code: str) -> Refused:
    advice = f"{ABOUT.take_down_by_hand} The post: {receipt.permalink}"
    return Refused(detail, advice=advice, code=code)
