"""Taking a post off a site, and removing what an unpublished delivery left there."""

from __future__ import annotations

from typing import Final

from signoff.connectors.base import Checkpoint, Parcel, Receipt
from signoff.connectors.errors import Ambiguous, Refused
from signoff.connectors.wordpress.compare import difference
from signoff.connectors.wordpress.drafting import DRAFTS, find_post, is_ours, slug_of
from signoff.connectors.wordpress.pictures import remove as remove_picture
from signoff.connectors.wordpress.posts import Post, Posts
from signoff.connectors.wordpress.refusals import NO_TRASH
from signoff.connectors.wordpress.render import fields_of

_KINDS: Final = {"post": "posts", "page": "pages"}
_OUT: Final = {
    "publish": "The post is public in WordPress: {link}",
    "future": "WordPress will publish the post at a date of its own: {link}",
}


async def trash(posts: Posts, receipt: Receipt) -> str:
    """Move a post to the trash, where an editor of the site can bring it back; gone already is done, too."""
    # The kind it was published as, since the channel's may have changed: under the other one it isn't found.
    kind = _KINDS.get(str(receipt.raw.get("type")), posts.kind)
    posts = Posts(posts.site, kind)
    try:
        was_there = await posts.remove(receipt.external_id)
    except Refused as problem:
        if problem.code != NO_TRASH:
            raise
        await posts.change(int(receipt.external_id), {"status": "draft"})
        return "The site keeps no trash, so the post was set back to a draft. Visitors don't see it any more."
    if was_there:
        return "The post was moved to WordPress's trash. Its pictures stay in the media library."
    return "The post was gone from WordPress already."


async def remove_leftovers(posts: Posts, parcel: Parcel, left: Checkpoint) -> None:
    """Delete the draft and the pictures of a delivery that wasn't published; what people touched stays.

    Raises:
        Ambiguous: The post is out, or will be: a person must look.
    """
    if "post_id" in left:
        post = await posts.read(left["post_id"])
        found = [post] if post else []
    else:
        found = await find_post(posts, slug_of(parcel))
    if out := next((post for post in found if post.status in _OUT), None):
        raise Ambiguous(_OUT[out.status].format(link=out.link), code=out.status)
    stays = [post for post in found if not _is_untouched(post, parcel, left)]
    for post in found:
        if post not in stays:
            await posts.remove(post.id, for_good=True)
    if not stays:
        for upload in left.get("media", {}).values():
            await remove_picture(posts.site, upload["id"])


def _is_untouched(post: Post, parcel: Parcel, left: Checkpoint) -> bool:
    if post.status not in DRAFTS or not is_ours(post, parcel):
        return False
    media = left.get("media", {})
    complete = all(use["digest"] in media for use in parcel.payload["pictures"])
    return not (
        complete and left.get("is_checked") and difference(fields_of(parcel.payload, media), post.raw)
    )
