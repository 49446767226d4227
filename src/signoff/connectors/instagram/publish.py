"""The one visible call, and the reading of the new post's address, which changes nothing about it."""

from __future__ import annotations

from signoff.connectors.base import Account, Receipt
from signoff.connectors.errors import Ambiguous, ConnectorError, TryLater
from signoff.connectors.graph.api import GraphSession
from signoff.connectors.graph.ids import is_number
from signoff.connectors.instagram.feed import FIELDS, profile, receipt
from signoff.connectors.instagram.upload import Upload


async def publish(session: GraphSession, account: Account, upload: Upload) -> Receipt:
    """Publish an upload. Never with `fields`: on a write they make an error of a success."""
    if not upload.container:
        raise TryLater("There is no upload to publish; the next try makes one.")
    answer = await session.commit(session.account_id, "media_publish", creation_id=upload.container)
    media_id = answer.text("id")
    if not is_number(media_id):
        raise Ambiguous("Instagram's answer to publishing names no post.")
    media = await _read_quietly(session, media_id)
    permalink = media.get("permalink") or profile(session.api, account, is_sandbox=answer.is_sandbox)
    raw = {"answer": answer.data, "media": media, "container": upload.container}
    return receipt(media_id, permalink, raw, is_sandbox=answer.is_sandbox)


async def _read_quietly(session: GraphSession, media_id: str) -> dict[str, str]:
    """Give what can be read about the post in the time that is left; whatever goes wrong, the post is out."""
    try:
        answer = await session.aside().get(media_id, fields=FIELDS)
    except ConnectorError:
        return {}
    return {name: answer.text(name) for name in answer.data}
