"""What the commit sends, and which answer to it is a receipt."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from signoff.connectors.base import Checkpoint, Parcel, Receipt
from signoff.connectors.content import Json
from signoff.connectors.errors import Ambiguous, Refused
from signoff.connectors.wordpress.about import ends_as_draft
from signoff.connectors.wordpress.compare import difference
from signoff.connectors.wordpress.looking import other_than_approved
from signoff.connectors.wordpress.posts import whole_post_in
from signoff.connectors.wordpress.refusals import CONTENT_ADVICE, refusal
from signoff.connectors.wordpress.render import fields_of
from signoff.http.answers import Reply


def body_of(parcel: Parcel, ready: Checkpoint) -> dict[str, Json]:
    """Give what makes the draft public; nothing for a post that went further already, which is only read."""
    if ready["found"] != "draft":
        return {}
    # The text goes along once more: whatever happened to the draft meanwhile, this is published.
    fields = fields_of(parcel.payload, ready["media"])
    return fields if ends_as_draft(parcel.link.options) else {**fields, "status": "publish"}


def receipt_in(reply: Reply, parcel: Parcel, ready: Checkpoint, now: datetime) -> Receipt:
    """Read the proof out of the answer: this post, in the wanted state, with what was approved.

    Raises:
        Ambiguous: The answer contradicts itself or the approval.
        TryLater, Throttled, Reconnect, Refused: What the site says, which isn't certain at a commit.
    """
    if reply.status != HTTPStatus.OK:
        raise refusal(reply, now)
    try:
        post = whole_post_in(reply, ready["post_id"])
    except Refused as problem:
        raise Ambiguous(problem.detail, advice=problem.advice, code=problem.code) from problem
    if ends_as_draft(parcel.link.options):
        return post.receipt()
    if post.status != "publish":
        detail = f"WordPress gave the post the state “{post.status}”."
        raise Refused(detail, advice=CONTENT_ADVICE, code=post.status)
    if change := difference(fields_of(parcel.payload, ready["media"]), post.raw):
        raise Ambiguous(other_than_approved(post, change), code="changed")
    return post.receipt()
