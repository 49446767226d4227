"""Everything before the commit: the pictures and a draft on the site, equal to what was approved.

The checkpoint holds `root`; `media` (digest: id and url); `post_id` once a draft exists; `is_checked` once
the site was seen to keep it as approved; and `found`, its state when `prepare` ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from signoff.connectors.base import Checkpoint, KeepCheckpoint, Parcel, SealedPicture
from signoff.connectors.calls import retry_inside
from signoff.connectors.content import Json
from signoff.connectors.errors import ConnectorError, Refused
from signoff.connectors.wordpress.about import ends_as_draft
from signoff.connectors.wordpress.compare import difference
from signoff.connectors.wordpress.pictures import Upload, find, upload
from signoff.connectors.wordpress.posts import TRASH, Post, Posts
from signoff.connectors.wordpress.render import fields_of

DRAFTS: Final = frozenset({"draft", "pending", "auto-draft"})
"""States that visitors don't see, and that a single call makes public."""

AGAIN_ADVICE: Final = "Cancel this delivery and schedule the post again: that makes a new one in WordPress."
FILTER_ADVICE: Final = (
    "WordPress takes some HTML out of texts by users of lower roles, and plugins may do so, too. Change the "
    "text, or connect the channel with a user of the role Editor."
)


def slug_of(parcel: Parcel) -> str:
    """Give the slug by which the post is found again, whatever else was lost."""
    return f"{parcel.payload['slug_base']}-{parcel.key}"


def is_ours(post: Post, parcel: Parcel) -> bool:
    """Tell whether a post carries the delivery's key."""
    return parcel.key in post.slug


async def find_post(posts: Posts, slug: str) -> list[Post]:
    """Find what an earlier try made under this slug: visible ones first, then drafts, then the trash."""
    # WordPress never refuses a slug that is taken: it appends a number. In the trash it appends a word.
    named = [slug, f"{slug}-2", f"{slug}-3"]
    found = await posts.search(*named, *(f"{name}__trashed" for name in named))
    return sorted(found, key=lambda post: (post.status == TRASH, post.status in DRAFTS, post.id))


async def make_draft(posts: Posts, parcel: Parcel, done: Checkpoint, keep: KeepCheckpoint) -> Checkpoint:
    """Bring the site to where one call publishes exactly what was approved; goes on from `done`.

    Raises:
        Refused: Somebody changed, trashed or deleted the draft, or the site doesn't keep it as approved.
    """
    state: dict[str, Any] = dict(done)
    found = await retry_inside(lambda: _earlier(posts, parcel, state))
    post = found[0] if found else None
    if post and _is_done(post, parcel):
        media = await uploads_of(posts, parcel, state)
        return await _kept(state, keep, post_id=post.id, found=post.status, media=media)
    if post and not is_ours(post, parcel):
        detail = "Somebody gave the draft another address in WordPress."
        raise Refused(detail, advice=AGAIN_ADVICE, code="edited")
    state["media"] = await _upload_all(posts, parcel, state, keep)
    fields = fields_of(parcel.payload, state["media"])
    if post is None:
        post = await retry_inside(lambda: posts.create_draft(fields, slug_of(parcel)))
    elif difference(fields, post.raw):
        post = await _changed_back(posts, post, fields, is_unseen=not state.get("is_checked"))
    lost = difference(fields, post.raw)
    await _kept(state, keep, post_id=post.id, found="draft", is_checked=not lost)
    if lost:
        detail = f"WordPress doesn't keep the text as approved: {lost}."
        raise Refused(detail, advice=FILTER_ADVICE, code="changed")
    await _remove_doubles(posts, found[1:], fields)
    return state


async def _earlier(posts: Posts, parcel: Parcel, state: Mapping[str, Json]) -> list[Post]:
    """Give what an earlier try made, as long as it may still be used."""
    if "post_id" not in state:
        found = await find_post(posts, slug_of(parcel))
    elif (post := await posts.read(state["post_id"])) is None:
        raise Refused("Somebody deleted the draft in WordPress.", advice=AGAIN_ADVICE, code="deleted")
    else:
        found = [post]
    if found and found[0].status == TRASH:
        raise Refused(
            "Somebody moved the post to the trash in WordPress.", advice=AGAIN_ADVICE, code="trashed"
        )
    return found


def _is_done(post: Post, parcel: Parcel) -> bool:
    """Tell whether nothing is left to prepare: it is out already, or further than the channel brings it."""
    if post.status == "publish":
        return True
    if post.status in DRAFTS:
        return False
    if ends_as_draft(parcel.link.options):
        return True
    raise Refused(
        f"Somebody gave the post the state “{post.status}” in WordPress.",
        advice=f"Make it a draft again in WordPress and retry, or leave it. {AGAIN_ADVICE}",
        code=post.status,
    )


async def _upload_all(
    posts: Posts, parcel: Parcel, state: dict[str, Any], keep: KeepCheckpoint
) -> dict[str, Upload]:
    media: dict[str, Upload] = dict(state.get("media", {}))
    sealed = {picture.digest: picture for picture in parcel.pictures}
    for name, use in _uses(parcel):
        if use["digest"] not in media:
            media[use["digest"]] = await _upload(posts, sealed[use["digest"]], name, use["alt"])
            await _kept(state, keep, media=dict(media))
    return media


async def uploads_of(posts: Posts, parcel: Parcel, known: Checkpoint) -> dict[str, Upload]:
    """Give the pictures that are on the site, also those of which the checkpoint doesn't know (any more)."""
    media: dict[str, Upload] = dict(known.get("media", {}))
    for name, use in _uses(parcel):
        if use["digest"] not in media and (found := await find(posts.site, name)):
            media[use["digest"]] = found
    return media


def _uses(parcel: Parcel) -> list[tuple[str, Mapping[str, str]]]:
    """List the pictures, each with the slug that it gets in the media library."""
    uses: Sequence[Mapping[str, str]] = parcel.payload["pictures"]
    return [(f"{slug_of(parcel)}-picture-{place}", use) for place, use in enumerate(uses, 1)]


async def _upload(posts: Posts, picture: SealedPicture, name: str, alt: str) -> Upload:
    return await retry_inside(lambda: upload(posts.site, picture, name, alt))


async def _changed_back(posts: Posts, post: Post, fields: Mapping[str, Json], *, is_unseen: bool) -> Post:
    if not is_unseen:
        raise Refused("Somebody edited the draft in WordPress.", advice=AGAIN_ADVICE, code="edited")
    return await retry_inside(lambda: posts.change(post.id, fields))


async def _remove_doubles(posts: Posts, doubles: Sequence[Post], fields: Mapping[str, Json]) -> None:
    """Delete further drafts that lost answers left behind, unless somebody works on them."""
    for double in doubles:
        if double.status in DRAFTS and not difference(fields, double.raw):
            with suppress(ConnectorError):  # nobody sees it: no reason to fail
                await posts.remove(double.id, for_good=True)


async def _kept(state: dict[str, Any], keep: KeepCheckpoint, **facts: Json) -> dict[str, Any]:
    state.update(facts)
    await keep(dict(state))
    return state
