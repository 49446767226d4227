"""Bodies that the REST tests send."""

from __future__ import annotations

from typing import Any

from signoff.records.tenants import Brand, Channel
from tests.media.pictures import saved, scene
from tests.support.rest import Caller, Reply


def draft(brand: Brand, *channels: Channel, **more: Any) -> dict[str, Any]:
    """A post that may be submitted, for these channels."""
    return {
        "brand_id": str(brand.id),
        "content_type": "feed_post",
        "title": "Good morning",
        "body": "Fresh bread at eight.",
        "channels": [str(channel.id) for channel in channels],
    } | more


async def in_review(api: Caller, brand: Brand, *channels: Channel, **more: Any) -> Reply:
    """A post that waits for a decision."""
    written = await api.post("/posts", draft(brand, *channels, **more))
    submitted = await api.post(f"/posts/{written.json['id']}/submit")
    assert submitted.status == 200, submitted.body
    return submitted


async def approval(api: Caller, post_id: str, **more: Any) -> dict[str, Any]:
    """The body that approves what is shown now."""
    shown = await api.get(f"/posts/{post_id}/preview")
    return {"verdict": "approve", "seen": shown.json["seen"]} | more


def png(width: int = 48) -> bytes:
    """A picture that may be uploaded."""
    return saved(scene((width, 32)), "PNG")
