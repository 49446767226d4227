"""The one visible call: an unpublished post is published, or a post is made at once."""

from __future__ import annotations

from signoff.connectors.base import Parcel, Receipt
from signoff.connectors.errors import Ambiguous, TryLater
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
    post = await read_quietly(session.aside(), draft.post)
    if post and says_something_else(post.data, parcel):
        raise Ambiguous("The post to which Facebook's answer leads has another text than ours.")
    return _receipt(session, draft.post, answer, post, draft)


async def _publish_directly(session: GraphSession, parcel: Parcel, draft: Draft) -> Receipt:
    answer = await session.commit(session.account_id, "feed", **feed_form(parcel, draft))
    if not is_post_of(answer.text("id"), session.account_id):
        raise Ambiguous("Facebook's answer to publishing names no post of this Page.")
    # Its text isn't compared: shown in other words, a search would miss it, and a second one be made.
    post = await read_quietly(session.aside(), answer.text("id"))
    return _receipt(session, answer.text("id"), answer, post, draft)


def _receipt(session: GraphSession, id: str, answer: Answer, post: Answer | None, draft: Draft) -> Receipt:
    """Make the receipt, with the post's address if it could be read in the time that was left."""
    permalink = post.text("permalink_url") if post else ""
    raw = {"answer": answer.data, "post": post.data if post else {}, "photos": list(draft.photos)}
    fallback = usual_address(session.api, id, is_sandbox=answer.is_sandbox)
    return receipt(id, permalink or fallback, raw, is_sandbox=answer.is_sandbox)
