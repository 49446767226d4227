"""Asking a site what became of a post: after a lost answer, and for an address that a person gave."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, urlsplit

from signoff.connectors.base import CannotTell, Checkpoint, Finding, NotPublished, Parcel, Published, Receipt
from signoff.connectors.errors import Refused
from signoff.connectors.wordpress.about import ends_as_draft
from signoff.connectors.wordpress.compare import difference, has_same_words
from signoff.connectors.wordpress.drafting import DRAFTS, find_post, is_ours, slug_of, uploads_of
from signoff.connectors.wordpress.pictures import Upload
from signoff.connectors.wordpress.posts import TRASH, Post, Posts
from signoff.connectors.wordpress.render import fields_of
from signoff.connectors.wordpress.site import place_of


async def look(posts: Posts, parcel: Parcel, ready: Checkpoint) -> Finding:
    """Tell from the post's own state whether it is out. What somebody changed meanwhile isn't made again."""
    if "post_id" in ready:
        post = await posts.read(ready["post_id"])
        if post is None:
            return CannotTell("The post was deleted in WordPress.", is_final=True)
    else:  # the checkpoint was lost with the database: the slug remains
        found = await find_post(posts, slug_of(parcel))
        if not found:
            return NotPublished("WordPress has no post with this slug, in any state.", from_listing=True)
        post = found[0]
    if post.status == "publish" and not ends_as_draft(parcel.link.options):
        return _judge_public(post, parcel, await uploads_of(posts, parcel, ready))
    return _judge(post, parcel, ready)


def _judge_public(post: Post, parcel: Parcel, media: Mapping[str, Upload]) -> Finding:
    """It is out. As approved? Then that is the proof; else a person must know what visitors read."""
    if change := difference(fields_of(parcel.payload, media), post.raw):
        return CannotTell(other_than_approved(post, change), is_final=True)
    return Published(post.receipt())


def other_than_approved(post: Post, change: str) -> str:
    """Say that a post is out with something else than what was sealed."""
    return f"The post is public at {post.link}, but not as approved ({change})."


def _judge(post: Post, parcel: Parcel, ready: Checkpoint) -> Finding:
    if post.status == "publish":
        return Published(post.receipt())
    if post.status == TRASH:
        return CannotTell("The post is in WordPress's trash.", is_final=True)
    if ends_as_draft(parcel.link.options) and (ready.get("is_checked") or post.status not in DRAFTS):
        return Published(post.receipt())
    if post.status not in DRAFTS:
        return CannotTell(f"Somebody gave the post the state “{post.status}” in WordPress.", is_final=True)
    if "media" in ready and (change := difference(fields_of(parcel.payload, ready["media"]), post.raw)):
        return CannotTell(f"Somebody edited the draft in WordPress ({change}).", is_final=True)
    return NotPublished(f"WordPress has post {post.id} as {post.status}; visitors don't see it.")


async def find_by_address(posts: Posts, parcel: Parcel, url: str) -> Receipt | None:
    """Look a post up by one of its addresses: its own, a short one (`?p=7`), or the one for editing it.

    Raises:
        Refused: There is a post, but neither its key nor its words are this delivery's.
    """
    if _host_of(url) != _host_of(posts.site.root):
        return None
    parts = urlsplit(url.strip())
    query = parse_qs(parts.query)
    id = next((query[name][0] for name in ("p", "page_id", "post") if name in query), "")
    if id.isdigit():
        post = await posts.read(id)
        found = [post] if post else []
    else:
        slug = _path_of(url).rpartition("/")[2]
        found = (
            [post for post in await posts.search(slug) if _path_of(post.link) == _path_of(url)]
            if slug
            else []
        )
    post = next((post for post in found if _counts(post, parcel)), None)
    if post is None:
        return None
    if not is_ours(post, parcel) and not has_same_words(fields_of(parcel.payload, {}), post.raw):
        raise Refused(
            "That post isn't this delivery's: its text is another.",
            advice="Open the post that was approved on the site, and copy its address.",
            code="others",
        )
    return post.receipt()


def _counts(post: Post, parcel: Parcel) -> bool:
    if ends_as_draft(parcel.link.options):
        return post.status != TRASH
    return post.status == "publish"


def _host_of(url: str) -> str:
    return place_of(url.strip())[0].removeprefix("www.")


def _path_of(url: str) -> str:
    return unquote(urlsplit(url.strip()).path).rstrip("/")
