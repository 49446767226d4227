"""Made-up reach and reactions: they grow with a post's age and are the same each time one asks."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.errors import invalid
from signoff.sandbox.graph.operations import Answer
from signoff.sandbox.records import Post

_HALF_LIFE_H: Final = 9
_SHARE_OF_VIEWS: Final[Mapping[str, float]] = {
    "reach": 0.8,
    "likes": 0.06,
    "comments": 0.01,
    "saved": 0.012,
    "shares": 0.008,
}


def views(post: Post, at: datetime) -> int:
    """How often the post was seen until then; a few hundred at most."""
    if not post.visible_at or at <= post.visible_at:
        return 0
    age_h = (at - post.visible_at).total_seconds() / 3600
    most = 120 + int.from_bytes(hashlib.sha256(post.id.encode()).digest()[:2], "big") % 600
    return math.floor(most * (1 - math.exp2(-age_h / _HALF_LIFE_H)))


def measure(post: Post, what: str, at: datetime) -> int:
    """How many of one kind, in proportion to the views."""
    return math.floor(views(post, at) * _SHARE_OF_VIEWS[what])


def insights(call: Call, post: Post, metrics: Mapping[str, Any]) -> Answer:
    """Answer with the metrics asked for; one that is retired or unknown fails the whole call."""
    wanted = [name for name in call.text("metric").split(",") if name]
    unknown = [name for name in wanted if name not in metrics]
    if unknown or not wanted:
        raise invalid(f"metric[0] must be one of the following values: {', '.join(metrics)}")
    return {
        "data": [
            {
                "name": name,
                "period": "lifetime",
                "values": [{"value": metrics[name]}],
                "title": name.replace("_", " ").capitalize(),
                "id": f"{post.id}/insights/{name}/lifetime",
            }
            for name in wanted
        ]
    }
