"""The one visible call: an unpublished post is published, or a post is made at once."""

from __future__ import annotations

from signoff.connectors.base import Ambiguous, Parcel, Receipt, TryLater
from signoff.connectors.facebook.about import is_draft_first
from signoff.connectors.facebook.draft import Draft, feed_form
from signoff.connectors.facebook.feed import read_quietly, receipt, says_something_else, usual_address
from signoff.connectors.graph.api import Answer, GraphSession
from signoff.connectors.graph.ids import is_post_of


async def publish(session: GraphSession, parcel: Parcel, draft: Draft) -> Receipt:
    """Make the post visible. Publishing an unpublished post may be repeated: it stays one post."""
    if not is_draft_first(parcel.link.options):
        return await _publish_directly(session, parcel, draft)
    if not draft.post:
        raise TryLater("There is no unpublished post; the next try makes one.")
    answer = await session.commit(draft.post, is_published="true")
    if answer.data.get("success") is not True:
        raise Ambiguous("Facebook's answer to publishing doesn't confirm it.")
    return await _receipt(session, parcel, draft.post, answer, draft)


async def _publish_directly(session: GraphSession, parcel: Parcel, draft: Draft) -> Receipt:
    answer = await session.commit(session.account_id, "feed", **feed_form(parcel, draft))
    if not is_post_of(answer.text("id"), session.account_id):
        raise Ambiguous("Facebook's answer to publishing names no post of this Page.")
    return await _receipt(session, parcel, answer.text("id"), answer, draft)


async def _receipt(session: GraphSession, parcel: Parcel, id: str, answer: Answer, draft: Draft) -> Receipt:
    """Read the new post's address in the time that is left; unread, it is out all the same.

    Raises:
        Ambiguous: What is there under this id says something else.
    """
    post = await read_quietly(session.aside(), id)
    if post and says_something_else(post.data, parcel):
        raise Ambiguous("The post to which Facebook's answer leads has another text than ours.")
    permalink = post.text("permalink_url") if post else ""
    raw = {"answer": answer.data, "post": post.data if post else {}, "photos": list(draft.photos)}
    fallback = usual_address(session.api, id, is_sandbox=answer.is_sandbox)
    return receipt(id, permalink or fallback, raw, is_sandbox=answer.is_sandbox)
