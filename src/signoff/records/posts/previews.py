"""What a draft would look like on its channels, rendered anew with each look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from signoff.connectors.content import Measure, Objection, Picture
from signoff.records.models import Revision
from signoff.records.posts.render import Content, RenderedVariant, render_content
from signoff.records.posts.seal import seal_hash
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime


@dataclass(frozen=True, slots=True)
class VariantPreview:
    """One channel's variant, as it would be sent."""

    channel: Channel
    label: str
    """The platform's name."""
    payload: Mapping[str, Any]
    pictures: Sequence[Picture]
    measures: Sequence[Measure]
    objections: Sequence[Objection]
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """All variants of a post; `seen` is their fingerprint, to be sent back with a decision."""

    variants: Sequence[VariantPreview]
    objections: Sequence[Objection]
    """Of all channels, and of the post as a whole; empty: it can be submitted."""
    seen: str

    @property
    def can_submit(self) -> bool:
        return not self.objections


def content_of(revision: Revision, content_type: str) -> Content:
    """Give what rendering needs of a stored revision."""
    return Content(
        content_type=content_type,
        title=revision.title,
        body=revision.body,
        link=revision.link,
        media=revision.media,
        channel_ids=revision.channel_ids,
        overrides=revision.overrides,
        metadata=revision.metadata_,
    )


async def preview_content(runtime: Runtime, tx: AsyncSession, brand: Brand, content: Content) -> Preview:
    """Render content for all its channels.

    Raises:
        Invalid: A channel or a picture doesn't exist.
    """
    rendered = await render_content(runtime, tx, brand, content)
    return Preview(
        variants=[_shown(runtime, variant) for variant in rendered],
        objections=objections_of(rendered),
        seen=seal_hash((variant.channel.id, variant.canonical) for variant in rendered),
    )


def objections_of(rendered: Sequence[RenderedVariant]) -> list[Objection]:
    """Collect why a post can't be submitted, with the channel in front where there are several."""
    if not rendered:
        return [Objection("channels", "Choose at least one channel.")]
    return label_objections([(variant.channel, variant.objections) for variant in rendered])


def label_objections(found: Sequence[tuple[Channel, Sequence[Objection]]]) -> list[Objection]:
    """Put the objections of all channels in one list; where there are several, each names its own."""
    return [
        Objection(one.field, f"{channel.name}: {one.message}" if len(found) > 1 else one.message)
        for channel, objections in found
        for one in objections
    ]


def _shown(runtime: Runtime, variant: RenderedVariant) -> VariantPreview:
    return VariantPreview(
        channel=variant.channel,
        label=runtime.connector(variant.channel.platform).about.label,
        payload=variant.rendered.payload,
        pictures=variant.pictures,
        measures=variant.rendered.measures,
        objections=variant.objections,
        notes=variant.rendered.notes,
    )
