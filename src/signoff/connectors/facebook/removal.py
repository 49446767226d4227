"""Taking a post down, and tidying up what never became one."""

from __future__ import annotations

from collections.abc import Iterable

from signoff.connectors.base import Receipt
from signoff.connectors.errors import ConnectorError, Refused, TryLater
from signoff.connectors.facebook.about import ABOUT
from signoff.connectors.facebook.draft import Draft
from signoff.connectors.facebook.feed import read_post
from signoff.connectors.graph.api import GraphSession
from signoff.connectors.graph.errors import Gone
from signoff.connectors.graph.ids import is_post_of

DELETED = "Deleted on Facebook."
GONE = "It was already gone from Facebook."


async def take_down(session: GraphSession, receipt: Receipt) -> str:
    """Delete the post, and its photos, which would stay in the album; gone already counts as done.

    Raises:
        TryLater, Throttled, Reconnect, Refused: The post is still there.
    """
    if not is_post_of(receipt.external_id, session.account_id):
        raise Refused(
            "The receipt holds no id of a post of this Page.",
            advice=f"{ABOUT.take_down_by_hand} The post: {receipt.permalink}",
            code="id",
        )
    done = await _delete_post(session, receipt.external_id)
    photos = receipt.raw.get("photos", ())
    await _delete_quietly(session, (str(photo) for photo in photos))
    return done


async def clean_up(session: GraphSession, draft: Draft) -> None:
    """Remove an unpublished post and its photos. What is visible stays, whatever led to it."""
    try:
        if draft.post and (await read_post(session, draft.post)).fields.get("is_published") is not False:
            return
    except Gone:
        pass
    except ConnectorError:
        return  # nothing may be deleted of which it isn't certain that nobody sees it
    await _delete_quietly(session, (one for one in (draft.post, *draft.photos) if one))


async def _delete_post(session: GraphSession, id: str) -> str:
    try:
        answer = await session.delete(id)
    except Gone as problem:
        if await _is_there(session, id):
            problem.advice = ABOUT.take_down_by_hand
            raise
        return GONE
    except TryLater:
        if await _is_there(session, id):
            raise
        return DELETED
    if answer.data.get("success") is False:
        raise TryLater("Facebook didn't delete the post.")
    return DELETED


async def _is_there(session: GraphSession, id: str) -> bool:
    try:
        await read_post(session, id)
    except Gone:
        return False
    return True


async def _delete_quietly(session: GraphSession, ids: Iterable[str]) -> None:
    for id in ids:
        try:
            await session.delete(id)
        except ConnectorError:
            continue  # nobody sees it, or at worst it stays in the album
