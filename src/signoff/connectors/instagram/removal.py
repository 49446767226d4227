"""Taking a post down."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from signoff.connectors.base import Parcel, Receipt
from signoff.connectors.errors import Reconnect, Refused, TryLater
from signoff.connectors.graph.api import GraphSession
from signoff.connectors.graph.errors import Gone
from signoff.connectors.graph.ids import is_number
from signoff.connectors.graph.moments import read_moment
from signoff.connectors.instagram.about import ABOUT
from signoff.connectors.instagram.feed import receipt_of, search
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
    if receipt.external_id.startswith(PENDING):
        raise await _unknown_post(session, parcel, receipt)
    if not is_number(receipt.external_id):
        raise _by_hand(receipt, "The receipt holds no id of a post.", "id")
    return receipt.external_id


async def _unknown_post(session: GraphSession, parcel: Parcel, receipt: Receipt) -> Refused:
    """Only the upload is known, and nothing ties it to a listed post: what looks like it may be another's."""
    seen = await search(session, parcel, _published_from(receipt))
    if not seen.matches:
        return _by_hand(receipt, "Instagram hasn't listed this post, so its id isn't known.", "pending")
    found = [receipt_of(post, session.api, parcel.link.account).permalink for post in seen.matches]
    return _by_hand(
        replace(receipt, permalink=", or ".join(found)),
        "The post's own id isn't known, and a post that looks like it may be another one.",
        "unclear",
    )


def _published_from(receipt: Receipt) -> datetime:
    """Give the earliest moment of the publish call: neither before the intent nor before the upload."""
    upload = read_upload(receipt.raw.get("upload", {}))
    return max(upload.made_at, read_moment(receipt.raw.get("since")))


async def _is_there(session: GraphSession, media_id: str) -> bool:
    try:
        await session.get(media_id, fields="id")
    except Gone:
        return False
    return True


def _by_hand(receipt: Receipt, detail: str, code: str) -> Refused:
    advice = f"{ABOUT.take_down_by_hand} The post: {receipt.permalink}"
    return Refused(detail, advice=advice, code=code)
