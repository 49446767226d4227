"""What authors hand in: the fields of a post, checked before anything is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.errors import Invalid, NotFound
from signoff.kernel.ids import BrandId, ChannelId, MediaId
from signoff.kernel.local_time import is_in_reach
from signoff.records.models import Media, Post, Revision
from signoff.records.posts.render import Content
from signoff.records.states import ContentType
from signoff.records.tenants import Brand, Channel

_BODY_CHARS: Final = 100_000
_TITLE_CHARS: Final = 500
_PICTURES: Final = 20
_TAGS: Final = 50
_CHANNELS: Final = 50


@dataclass(frozen=True, slots=True)
class MediaUse:
    """A picture in a post, with what it shows for people who can't see it."""

    media_id: MediaId
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """What one channel says differently; None: as the source text."""

    title: str | None = None
    body: str | None = None
    link: str | None = None
    media: Sequence[MediaUse] | None = None
    crops: Mapping[MediaId, MediaId] | None = None
    """By picture of the post: what this channel gets in its place, with the same description."""


@dataclass(frozen=True, slots=True)
class PostDraft:
    """A post as an author writes it. `body` is Markdown for pages, plain text for social channels."""

    brand_id: BrandId
    content_type: ContentType
    title: str = ""
    body: str = ""
    link: str = ""
    media: Sequence[MediaUse] = ()
    channels: Sequence[ChannelId] = ()
    overrides: Mapping[ChannelId, Override] = field(default_factory=dict)
    tags: Sequence[str] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    suggested_time: datetime | None = None
    image_prompt: str = ""
    image_ratio: str = ""
    target_prompt: str = ""
    origin: str = "hand"
    """Who wrote it: hand, model or import."""
    origin_detail: Mapping[str, Any] = field(default_factory=dict)
    """For a model: its name and the evidence it used."""


def check_form(draft: PostDraft) -> None:
    """Check what needs no database.

    Raises:
        Invalid: A field is too long, or the link isn't a web address.
    """
    _check_length("The title", draft.title, _TITLE_CHARS, "title")
    _check_length("The text", draft.body, _BODY_CHARS, "body")
    for channel_id, own in draft.overrides.items():
        _check_length("A channel's own title", own.title or "", _TITLE_CHARS, f"overrides.{channel_id}.title")
        _check_length("A channel's own text", own.body or "", _BODY_CHARS, f"overrides.{channel_id}.body")
    for name, values, most in (
        ("media", draft.media, _PICTURES),
        ("tags", draft.tags, _TAGS),
        ("channels", draft.channels, _CHANNELS),
    ):
        if len(values) > most:
            raise Invalid(f"At most {most} {name}, not {len(values)}.", field=name)
    for link in (draft.link, *(own.link or "" for own in draft.overrides.values())):
        _check_link(link)
    if draft.suggested_time is not None and draft.suggested_time.tzinfo is None:
        raise Invalid("The suggested time needs a time zone.", field="suggested_time")
    if draft.suggested_time is not None and not is_in_reach(draft.suggested_time):
        raise Invalid("The suggested time is out of reach.", field="suggested_time")
    if any("\x00" in text for text in _texts(draft)):
        raise Invalid("The text holds a character that can't be stored (NUL).", field="body")


def _check_length(what: str, words: str, most: int, name: str) -> None:
    over = len(words) - most
    if over > 0:
        raise Invalid(f"{what} is {over} characters too long ({most} at most).", field=name)


def _texts(draft: PostDraft) -> Iterator[str]:
    yield from (draft.title, draft.body, draft.link, *draft.tags)
    yield from (draft.image_prompt, draft.image_ratio, draft.target_prompt)
    yield from (use.alt for use in _all_media(draft))
    for own in draft.overrides.values():
        yield from (own.title or "", own.body or "", own.link or "")


def _check_link(link: str) -> None:
    try:
        parts = urlsplit(link)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_address = False
    if link and not is_address:
        raise Invalid(f"“{link}” isn't a web address.", field="link", next_step="Begin with https://.")


async def check_references(tx: AsyncSession, draft: PostDraft) -> Brand:
    """Check that brand, channels and pictures exist; give the brand.

    Raises:
        NotFound: There is no such brand.
        Invalid: There is no such channel or picture.
    """
    brand = await tx.get(Brand, draft.brand_id)
    if brand is None or brand.removed_at is not None:
        raise NotFound("There is no such brand.", next_step="List the brands to see which exist.")
    channels = {*draft.channels, *draft.overrides}
    known = select(func.count()).where(
        Channel.id.in_(channels), Channel.brand_id == brand.id, Channel.removed_at.is_(None)
    )
    if await tx.scalar(known) != len(channels):
        raise Invalid(
            f"One of the channels doesn't belong to {brand.name}, or was removed.",
            field="channels",
            next_step="Choose from the brand's connected channels.",
        )
    pictures = {use.media_id for use in _all_media(draft)}
    pictures |= {crop for own in draft.overrides.values() for crop in (own.crops or {}).values()}
    if await tx.scalar(select(func.count()).where(Media.id.in_(pictures))) != len(pictures):
        raise Invalid("One of the pictures doesn't exist.", field="media", next_step="Upload it first.")
    return brand


def tidied(draft: PostDraft) -> PostDraft:
    """Forget crops of pictures that were taken out, and channels that say nothing of their own."""
    overrides = {}
    for channel_id, own in draft.overrides.items():
        uses = draft.media if own.media is None else own.media
        attached = {use.media_id for use in uses}
        kept = {picture: crop for picture, crop in (own.crops or {}).items() if picture in attached}
        overrides[channel_id] = replace(own, crops=kept or None)
    said = {channel_id: own for channel_id, own in overrides.items() if own != Override()}
    return replace(draft, overrides=said)


def _all_media(draft: PostDraft) -> list[MediaUse]:
    own = [use for override in draft.overrides.values() for use in override.media or ()]
    return [*draft.media, *own]


def stored_media(uses: Sequence[MediaUse]) -> list[dict[str, str]]:
    """Give attached pictures as a revision stores them."""
    return [{"media_id": str(use.media_id), "alt": use.alt} for use in uses]


def stored_overrides(draft: PostDraft) -> dict[str, dict[str, Any]]:
    """Give the channels' own texts as a revision stores them, without what is as the source."""
    stored = {}
    for channel_id, own in draft.overrides.items():
        said: dict[str, Any] = {
            item.name: getattr(own, item.name) for item in fields(own) if getattr(own, item.name) is not None
        }
        if own.media is not None:
            said["media"] = stored_media(own.media)
        if own.crops is not None:
            said["crops"] = {str(picture): str(crop) for picture, crop in own.crops.items()}
        if said:
            stored[str(channel_id)] = said
    return stored


def content_of_draft(draft: PostDraft) -> Content:
    """Give what rendering needs of a post that isn't stored."""
    return Content(
        content_type=str(draft.content_type),
        title=draft.title,
        body=draft.body,
        link=draft.link,
        media=stored_media(draft.media),
        channel_ids=list(draft.channels),
        overrides=stored_overrides(draft),
        metadata=draft.metadata,
    )


def draft_of(post: Post, revision: Revision) -> PostDraft:
    """Give a stored post back as what an author handed in."""
    return PostDraft(
        brand_id=post.brand_id,
        content_type=post.content_type,
        title=revision.title,
        body=revision.body,
        link=revision.link,
        media=_uses(revision.media),
        channels=list(revision.channel_ids),
        overrides={
            ChannelId(UUID(key)): Override(
                title=own.get("title"),
                body=own.get("body"),
                link=own.get("link"),
                media=_uses(own["media"]) if "media" in own else None,
                crops=_crops(own["crops"]) if "crops" in own else None,
            )
            for key, own in revision.overrides.items()
        },
        tags=list(post.tags),
        metadata=revision.metadata_,
        suggested_time=post.suggested_time,
        image_prompt=post.image_prompt,
        image_ratio=post.image_ratio,
        target_prompt=post.target_prompt,
        origin=revision.origin,
        origin_detail=revision.origin_detail,
    )


def _uses(stored: Sequence[Mapping[str, Any]]) -> list[MediaUse]:
    return [MediaUse(MediaId(UUID(str(use["media_id"]))), str(use.get("alt", ""))) for use in stored]


def _crops(stored: Mapping[str, str]) -> dict[MediaId, MediaId]:
    return {MediaId(UUID(picture)): MediaId(UUID(crop)) for picture, crop in stored.items()}
