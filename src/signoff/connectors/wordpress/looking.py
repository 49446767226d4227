"""Asking a site what became of a post: after a lost answer, and for an address that a person gave."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

from signoff.connectors.base import (
    CannotTell,
    Checkpoint,
    Finding,
    NotPublished,
    Parcel,
    Published,
    Receipt,
)
from signoff.connectors.wordpress.about import ends_as_draft
from signoff.connectors.wordpress.compare import difference
from signoff.connectors.wordpress.drafting import DRAFTS, TRASH, find_post, slug_of
from signoff.connectors.wordpress.posts import Post, Posts
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
    return _judge(post, parcel, ready)


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
    """Look a post up by one of its addresses: its own, a short one (`?p=7`), or the one for editing it."""
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
    return next((post.receipt() for post in found if _counts(post, parcel)), None)


def _counts(post: Post, parcel: Parcel) -> bool:
    if ends_as_draft(parcel.link.options):
        return post.status != TRASH
    return post.status == "publish"


def _host_of(url: str) -> str:
    return place_of(url.strip())[0].removeprefix("www.")


def _path_of(url: str) -> str:
    return unquote(urlsplit(url.strip()).path).rstrip("/")
