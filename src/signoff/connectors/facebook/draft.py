"""What exists on the Page before the post is visible, as it stands in the checkpoint."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from signoff.connectors.base import Checkpoint, Parcel
from signoff.connectors.graph.moments import LONG_AGO, read_moment

PHOTO_LIFE: Final = timedelta(hours=20)
"""Facebook removes unpublished photos that nothing uses after about a day."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Ids of unpublished photos, and of the unpublished post that uses them."""

    photos: tuple[str, ...] = ()
    post: str = ""
    made_at: datetime = LONG_AGO
    """When the first of them was made, by our clock."""

    def has_old_photos(self, now: datetime) -> bool:
        """Tell whether photos that no post uses may be gone by now."""
        return bool(self.photos) and not self.post and now - self.made_at >= PHOTO_LIFE

    def to_checkpoint(self) -> Checkpoint:
        return {"photos": list(self.photos), "post": self.post, "made_at": self.made_at.isoformat()}


def read_draft(checkpoint: Checkpoint) -> Draft:
    """Read what was kept; an empty checkpoint is a draft that hasn't begun."""
    return Draft(
        photos=tuple(str(photo) for photo in checkpoint.get("photos", ())),
        post=str(checkpoint.get("post", "")),
        made_at=read_moment(checkpoint.get("made_at")),
    )


def feed_form(parcel: Parcel, draft: Draft) -> dict[str, str]:
    """Give the parameters of a post with the parcel's text and link, and the draft's photos."""
    media = json.dumps([{"media_fbid": photo} for photo in draft.photos])
    parts = {
        "message": str(parcel.payload["text"]),
        "link": str(parcel.payload.get("link", "")),
        "attached_media": media if draft.photos else "",
    }
    return {name: value for name, value in parts.items() if value}
