"""From what the author wrote to exactly what would be sent, for each channel of a revision.

Rendering is the same for preview, review and seal; nothing is rendered again when it is published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.connectors.about import Limits
from signoff.connectors.content import Business, Objection, Picture, Rendered, Source
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import ChannelId, MediaId, new_id
from signoff.media.renditions import as_jpeg
from signoff.records.models import Media
from signoff.records.posts.seal import canonical, digest_of
from signoff.records.posts.tracking import read_tracking, tracked_link
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime

JPEG = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Content:
    """What rendering needs of a post, stored or not yet stored."""

    content_type: str
    title: str
    body: str
    link: str
    media: Sequence[Mapping[str, Any]]
    """In order: {"media_id": text, "alt": text}."""
    channel_ids: Sequence[ChannelId]
    overrides: Mapping[str, Mapping[str, Any]]
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RenderedVariant:
    """One channel's variant: what people see, and the canonical form that is sealed."""

    channel: Channel
    rendered: Rendered
    pictures: tuple[Picture, ...]
    canonical: str
    digest: str
    objections: tuple[Objection, ...]


async def render_content(
    runtime: Runtime, tx: AsyncSession, brand: Brand, content: Content
) -> list[RenderedVariant]:
    """Render a post's content for each of its channels, in order of channel id.

    Raises:
        Invalid: A channel or a picture doesn't exist, or the channel is another brand's.
    """
    channels = await _channels(tx, brand, content.channel_ids)
    parameters = await read_tracking(tx, brand.id)
    return [await _render(runtime, tx, brand, channel, content, parameters) for channel in channels]


async def _channels(tx: AsyncSession, brand: Brand, ids: Sequence[ChannelId]) -> list[Channel]:
    found = (
        await tx.scalars(
            select(Channel)
            .where(Channel.id.in_(ids), Channel.organization_id == brand.organization_id)
            .where(Channel.brand_id == brand.id, Channel.removed_at.is_(None))
        )
    ).all()
    if len(found) != len(set(ids)):
        raise Invalid(
            f"One of the channels doesn't belong to {brand.name}, or was removed.",
            field="channels",
            next_step="Choose from the brand's connected channels.",
        )
    return sorted(found, key=lambda channel: str(channel.id))


async def _render(
    runtime: Runtime,
    tx: AsyncSession,
    brand: Brand,
    channel: Channel,
    content: Content,
    parameters: Mapping[ChannelId | None, str],
) -> RenderedVariant:
    connector = runtime.connector(channel.platform)
    own = content.overrides.get(str(channel.id), {})
    media = await pictures_of(runtime, tx, uses_on(content.media, own), connector.about.limits)
    source = Source(
        content_type=content.content_type,
        title=own.get("title", content.title),
        body=own.get("body", content.body),
        link=tracked_link(own.get("link", content.link), parameters, brand, channel, content.content_type),
        pictures=media,
        business=business_of(brand),
        metadata=content.metadata,
    )
    rendered = connector.render(source, channel.options)
    text = canonical(_sealed_form(channel, content.content_type, rendered, media))
    return RenderedVariant(
        channel=channel,
        rendered=rendered,
        pictures=media,
        canonical=text,
        digest=digest_of(text),
        objections=(*_general_objections(channel, connector.about.label, media), *rendered.objections),
    )


def _sealed_form(
    channel: Channel, content_type: str, rendered: Rendered, pictures: Sequence[Picture]
) -> dict[str, Any]:
    return {
        "channel_id": str(channel.id),
        "platform": channel.platform,
        "account": sealed_account(channel),
        "options": channel.options,
        "content_type": content_type,
        "payload": dict(rendered.payload),
        "media": [
            {
                "digest": picture.digest,
                "media_type": picture.media_type,
                "width": picture.width,
                "height": picture.height,
                "alt": picture.alt,
            }
            for picture in pictures
        ],
    }


def sealed_account(channel: Channel) -> dict[str, str]:
    """Give the account as it is bound into the seal."""
    return {"host": channel.account_host, "remote_id": channel.account_remote_id}


def _general_objections(channel: Channel, label: str, pictures: Sequence[Picture]) -> tuple[Objection, ...]:
    found = []
    if channel.state != "connected":
        found.append(
            Objection(
                "channels",
                f"{label} “{channel.name}” must be connected again. Reconnect it under Settings > Channels.",
            )
        )
    missing = [str(place) for place, picture in enumerate(pictures, 1) if not picture.alt.strip()]
    if missing:
        which = "Picture" if len(missing) == 1 else "Pictures"
        verb = "has" if len(missing) == 1 else "have"
        found.append(
            Objection(
                "media",
                f"{which} {', '.join(missing)} {verb} no alt text. Say in words what there is to see.",
            )
        )
    return tuple(found)


def business_of(brand: Brand) -> Business:
    """Give the brand's profile as far as rendering may use it."""
    return Business(
        name=brand.name,
        time_zone=brand.time_zone,
        website=brand.website,
        category=brand.category,
        telephone=brand.telephone,
        address=brand.address,
        hours=tuple(brand.hours),
        facts=brand.facts,
    )


def uses_on(media: Sequence[Mapping[str, Any]], own: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the pictures that a channel gets, in order: its own or the post's, each as it crops it."""
    crops: Mapping[str, str] = own.get("crops", {})
    return [
        {**use, "media_id": crops.get(str(use["media_id"]), use["media_id"])}
        for use in own.get("media", media)
    ]


async def pictures_of(
    runtime: Runtime, tx: AsyncSession, uses: Sequence[Mapping[str, Any]], limits: Limits
) -> tuple[Picture, ...]:
    """Look up attached pictures, in order, as JPEG renditions where the platform takes nothing else.

    Raises:
        Invalid: A picture doesn't exist.
    """
    pictures = []
    for use in uses:
        media = await tx.get(Media, _media_id(use))
        if media is None:
            raise Invalid("One of the pictures doesn't exist.", field="media", next_step="Upload it again.")
        if limits.image_types and media.media_type not in limits.image_types and JPEG in limits.image_types:
            media = await _jpeg_of(runtime, tx, media)
        pictures.append(
            Picture(
                digest=media.digest,
                media_type=media.media_type,
                width=media.width,
                height=media.height,
                size_bytes=media.size_bytes,
                alt=str(use.get("alt", "")),
            )
        )
    return tuple(pictures)


def _media_id(use: Mapping[str, Any]) -> MediaId:
    return MediaId(UUID(str(use["media_id"])))


async def _jpeg_of(runtime: Runtime, tx: AsyncSession, original: Media) -> Media:
    query = select(Media).where(Media.rendition_of == original.id, Media.media_type == JPEG)
    if (known := await tx.scalar(query)) is not None:
        return known
    stored = await as_jpeg(runtime.media, original.digest)
    same = await tx.scalar(select(Media).where(Media.digest == stored.digest))
    if same is not None:
        return same
    rendition = Media(
        id=MediaId(new_id()),
        organization_id=original.organization_id,
        digest=stored.digest,
        media_type=stored.media_type,
        width=stored.width,
        height=stored.height,
        size_bytes=stored.size_bytes,
        filename=original.filename,
        rendition_of=original.id,
        created_by=original.created_by,
    )
    tx.add(rendition)
    await tx.flush()
    return rendition
