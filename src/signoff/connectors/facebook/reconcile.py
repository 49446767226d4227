"""What became of a publish call whose answer was lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from signoff.connectors.base import CannotTell, Doubt, Finding, NotPublished, Parcel, Published
from signoff.connectors.facebook.about import is_draft_first
from signoff.connectors.facebook.draft import Draft
from signoff.connectors.facebook.feed import read_post, receipt_of, says_something_else, search
from signoff.connectors.graph.api import GraphSession
from signoff.connectors.graph.errors import Gone

DRAFT_AGE: Final = timedelta(days=1)
"""A post whose id a restored backup doesn't know may be listed under the time at which its draft was made."""


async def look(session: GraphSession, parcel: Parcel, draft: Draft, doubt: Doubt) -> Finding:
    """Ask the post itself where its id is known, else search the Page's feed.

    Raises:
        ConnectorError: It can't be asked now.
    """
    if draft.post and is_draft_first(parcel.link.options):
        return await _ask_post(session, parcel, draft)
    return await _search(session, parcel, draft, doubt)


async def _ask_post(session: GraphSession, parcel: Parcel, draft: Draft) -> Finding:
    try:
        post = await read_post(session, draft.post)
    except Gone:
        return CannotTell(
            "The post that was to be published isn't on the Page any more: somebody deleted it, or the "
            "token may not see it.",
            is_final=True,
        )
    is_out = post.fields.get("is_published")
    if is_out is True and says_something_else(post.fields, parcel):
        return CannotTell("The post is out, but with another text than the approved one.", is_final=True)
    match is_out:
        case True:
            return Published(receipt_of(post, session.api, session.account_id, photos=list(draft.photos)))
        case False:
            return NotPublished("The post is on the Page and still unpublished.")
    return CannotTell("Facebook doesn't say whether the post is published.")


async def _search(session: GraphSession, parcel: Parcel, draft: Draft, doubt: Doubt) -> Finding:
    is_draft_lost = is_draft_first(parcel.link.options)
    seen = await search(session, parcel, doubt.since - (DRAFT_AGE if is_draft_lost else timedelta(0)))
    if seen.matches:
        first, *doubles = seen.matches
        more = {"also_matching": [post.id for post in doubles]} if doubles else {}
        found = receipt_of(first, session.api, session.account_id, photos=list(draft.photos), **more)
        return Published(found)
    if not seen.recent.is_complete:
        return CannotTell("The Page has more posts since then than could be read.")
    return NotPublished("The Page's feed doesn't show the post.", from_listing=True)
