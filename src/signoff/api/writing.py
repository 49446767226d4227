"""From the bodies of the REST door to what the use cases of writing take."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from signoff.api.pictures import media_uses
from signoff.api.schemas.post_requests import GeneratedIn, OverrideIn, PostChangesIn, PostIn
from signoff.kernel.ids import BrandId, ChannelId, MediaId
from signoff.kernel.people import Actor
from signoff.pipeline.draft.content import Override, PostDraft
from signoff.runtime import Runtime

_EMPTIED_BY_NULL: Final = "suggested_time"


async def draft_of(runtime: Runtime, actor: Actor, body: PostIn) -> PostDraft:
    """Give a new post as an author hands it in."""
    return PostDraft(
        brand_id=BrandId(body.brand_id),
        content_type=body.content_type,
        title=body.title,
        body=body.body,
        link=body.link,
        media=await media_uses(runtime, actor, body.media),
        channels=[ChannelId(channel) for channel in body.channels],
        overrides=await _overrides(runtime, actor, body.overrides),
        tags=body.tags,
        metadata=body.metadata,
        suggested_time=body.suggested_time,
        image_prompt=body.image_prompt,
        image_ratio=body.image_ratio,
        target_prompt=body.target_prompt,
        **_origin(body.generated),
    )


async def changes_of(runtime: Runtime, actor: Actor, body: PostChangesIn) -> dict[str, Any]:
    """Give what was said, by field; a null says nothing, save for the suggested time."""
    changes = {
        name: value
        for name in body.model_fields_set
        if (value := getattr(body, name)) is not None or name == _EMPTIED_BY_NULL
    }
    changes.pop("generated", None)
    changes |= _origin(body.generated)
    if body.media is not None:
        changes["media"] = await media_uses(runtime, actor, body.media)
    if body.overrides is not None:
        changes["overrides"] = await _overrides(runtime, actor, body.overrides)
    return changes


def _origin(generated: GeneratedIn | None) -> dict[str, Any]:
    if generated is None:
        return {}
    return {"origin": "model", "origin_detail": generated.model_dump()}


async def _overrides(
    runtime: Runtime, actor: Actor, given: dict[UUID, OverrideIn]
) -> dict[ChannelId, Override]:
    return {
        ChannelId(channel): Override(
            title=own.title,
            body=own.body,
            link=own.link,
            media=None if own.media is None else await media_uses(runtime, actor, own.media),
            crops=_crops(own.crops),
        )
        for channel, own in given.items()
    }


def _crops(given: dict[UUID, UUID] | None) -> dict[MediaId, MediaId] | None:
    return None if given is None else {MediaId(picture): MediaId(crop) for picture, crop in given.items()}
