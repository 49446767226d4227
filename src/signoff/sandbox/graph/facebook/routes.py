"""What can be called of a Page, of its posts and of its photos."""

from __future__ import annotations

from typing import Final

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.facebook import page, photos, posts
from signoff.sandbox.graph.operations import Handler, Routes

_DIRECT: Final = "facebook.direct"
_EDIT: Final = "facebook.edit"
_PUBLISH: Final = "facebook.publish"
_PHOTO: Final = "facebook.photo"
_SCHEDULE: Final = "facebook.schedule"
_DRAFT: Final = "facebook.draft"

PAGE: Final[Routes] = {
    ("GET", ""): ("facebook.page", page.read),
    ("GET", "feed"): ("facebook.list", posts.list_posts),
    ("GET", "photos"): ("facebook.list_photos", photos.list_photos),
    ("POST", "feed"): (_DIRECT, posts.create),
    ("POST", "photos"): (_DIRECT, photos.upload),
}
POST: Final[Routes] = {
    ("GET", ""): ("facebook.read", posts.read),
    ("GET", "insights"): ("facebook.insights", posts.measured),
    ("POST", ""): (_EDIT, posts.edit),
    ("DELETE", ""): ("facebook.delete", posts.delete),
}
PHOTO: Final[Routes] = {
    ("GET", ""): ("facebook.read_photo", photos.read),
    ("DELETE", ""): ("facebook.delete_photo", photos.delete),
}

BY_PARAMETERS: Final = frozenset({_PUBLISH, _PHOTO, _SCHEDULE, _DRAFT})
"""Kinds that one edge shares with others."""


def told_apart(call: Call, edge: str, kind: str, handler: Handler) -> tuple[str, Handler]:
    """Tell what an edge is used for: a post at once, a draft, a scheduled one; publishing, an edit."""
    if kind == _EDIT and call.flag("is_published"):
        return _PUBLISH, posts.publish
    if kind == _DIRECT and not call.flag("published", default=True):
        if edge == "photos":
            return _PHOTO, handler
        return (_SCHEDULE if "scheduled_publish_time" in call.params else _DRAFT), handler
    return kind, handler
