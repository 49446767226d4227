"""What was handed in for review, exactly as it was frozen then, whatever channels and brand became since."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.connectors.content import Measure, Objection, Picture
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import ChannelId
from signoff.records.deliveries.views import PostView
from signoff.records.models import Media, Variant
from signoff.records.planning.placement import sealed_difference
from signoff.records.posts.previews import Preview, VariantPreview, content_of, label_objections
from signoff.records.posts.render import render_content
from signoff.records.posts.seal import seal_of
from signoff.records.tenants import Channel
from signoff.runtime import Runtime


async def preview_frozen(runtime: Runtime, tx: AsyncSession, view: PostView) -> Preview | None:
    """Show the stored variants of a post's current revision; None: it was never handed in.

    Objections say why it can't be approved as it is.
    """
    query = select(Variant).where(Variant.revision_id == view.revision.id).order_by(Variant.channel_id)
    variants = (await tx.scalars(query)).all()
    if not variants:
        return None
    channels = {channel.id: channel for channel in view.channels}
    sizes = await _sizes(tx, variants)
    measures = await _measures(runtime, tx, view, variants)
    shown = [
        _shown(runtime, variant, channels[variant.channel_id], sizes, measures.get(variant.channel_id, ()))
        for variant in variants
    ]
    found = label_objections([(one.channel, one.objections) for one in shown])
    return Preview(variants=shown, objections=found, seen=seal_of(variants))


def _shown(
    runtime: Runtime,
    variant: Variant,
    channel: Channel,
    sizes: Mapping[str, int],
    measures: Sequence[Measure],
) -> VariantPreview:
    sealed: dict[str, Any] = json.loads(variant.canonical)
    return VariantPreview(
        channel=channel,
        label=runtime.connector(channel.platform).about.label,
        payload=sealed["payload"],
        pictures=[Picture(**media, size_bytes=sizes.get(media["digest"], 0)) for media in sealed["media"]],
        measures=measures,
        objections=_objections(sealed, channel),
        notes=variant.notes,
    )


def _objections(sealed: dict[str, Any], channel: Channel) -> list[Objection]:
    if channel.removed_at is not None:
        return [Objection("channels", "The channel was removed. Request changes and choose others.")]
    found = []
    if channel.state != "connected":
        found.append(Objection("channels", "It must be connected again, under Settings > Channels."))
    if difference := sealed_difference(sealed, channel):
        words = f"The channel was changed after this was handed in: {difference}. Request changes."
        found.append(Objection("channels", words))
    return found


async def _sizes(tx: AsyncSession, variants: Iterable[Variant]) -> dict[str, int]:
    digests = {media["digest"] for variant in variants for media in json.loads(variant.canonical)["media"]}
    query = select(Media.digest, Media.size_bytes).where(Media.digest.in_(digests))
    return {row.digest: row.size_bytes for row in await tx.execute(query)}


async def _measures(
    runtime: Runtime, tx: AsyncSession, view: PostView, variants: Sequence[Variant]
) -> dict[ChannelId, Sequence[Measure]]:
    """Measure what would be rendered the same today; of the rest nothing is said."""
    content = content_of(view.revision, str(view.post.content_type))
    try:
        rendered = await render_content(runtime, tx, view.brand, content)
    except Invalid:  # a channel is gone
        return {}
    stored = {variant.channel_id: variant.canonical for variant in variants}
    return {
        one.channel.id: one.rendered.measures
        for one in rendered
        if stored.get(one.channel.id) == one.canonical
    }
