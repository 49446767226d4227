"""Which call is meant: the path, what stands behind its first part, and for writes the parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from signoff.sandbox.graph import login
from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.errors import gone
from signoff.sandbox.graph.facebook import page, photos, posts
from signoff.sandbox.graph.instagram import containers, media, publishing
from signoff.sandbox.graph.operations import Answer, Operation
from signoff.sandbox.graph.tokens import living_token
from signoff.sandbox.records import Account, Container, Photo, Platform, Post
from signoff.sandbox.state import World

Handler = Callable[[World, Call, Any], Answer]
Routes = Mapping[tuple[str, str], tuple[str, Handler]]
"""(method, edge) to kind of call and handler; the edge is empty for the object itself."""

_INSTAGRAM: Final[Routes] = {
    ("GET", ""): ("instagram.account", media.read_account),
    ("GET", "media"): ("instagram.list", media.list_media),
    ("GET", "content_publishing_limit"): ("instagram.limit", publishing.publishing_limit),
    ("POST", "media"): ("instagram.container", containers.create),
    ("POST", "media_publish"): ("instagram.publish", publishing.publish),
}
_CONTAINER: Final[Routes] = {("GET", ""): ("instagram.status", containers.read)}
_MEDIA: Final[Routes] = {
    ("GET", ""): ("instagram.read", media.read),
    ("GET", "insights"): ("instagram.insights", media.measured),
    ("DELETE", ""): ("instagram.delete", media.delete),
}
_PAGE: Final[Routes] = {
    ("GET", ""): ("facebook.page", page.read),
    ("GET", "feed"): ("facebook.list", posts.list_posts),
    ("GET", "photos"): ("facebook.list_photos", photos.list_photos),
    ("POST", "feed"): ("facebook.direct", posts.create),
    ("POST", "photos"): ("facebook.direct", photos.upload),
}
_POST: Final[Routes] = {
    ("GET", ""): ("facebook.read", posts.read),
    ("GET", "insights"): ("facebook.insights", posts.measured),
    ("POST", ""): ("facebook.edit", posts.edit),
    ("DELETE", ""): ("facebook.delete", posts.delete),
}
_PHOTO: Final[Routes] = {
    ("GET", ""): ("facebook.read_photo", photos.read),
    ("DELETE", ""): ("facebook.delete_photo", photos.delete),
}
_LOGIN: Final[Mapping[tuple[str, ...], tuple[str, Callable[[World, Call], Answer]]]] = {
    ("oauth", "access_token"): ("login.exchange", login.exchange),
    ("debug_token",): ("login.debug_token", login.debug_token),
    ("me",): ("login.me", login.me),
    ("me", "accounts"): ("login.accounts", login.accounts),
    ("me", "permissions"): ("login.permissions", login.permissions),
}

KINDS: Final = sorted(
    {kind for table in (_INSTAGRAM, _CONTAINER, _MEDIA, _PAGE, _POST, _PHOTO) for kind, _ in table.values()}
    | {kind for kind, _ in _LOGIN.values()}
    | {"facebook.draft", "facebook.schedule", "facebook.photo", "facebook.publish"}
)
"""Every kind of call, for the forms and for checking what a fault is asked for."""


def find(world: World, call: Call) -> Operation:
    """Tell what the call is; where there is no such object or it doesn't do this, carrying it out says so."""
    if call.path in _LOGIN:
        kind, run = _LOGIN[call.path]
        return Operation(kind, "", partial(run, world))
    first, edge, *more = (*call.path, "", "")
    target, account, routes = _target(world, first)
    known = None if any(more) else routes.get((call.method, edge))
    kind, handler = _closer(call, edge, *known) if known else ("unknown", _unsupported)

    def carry_out(done: Call) -> Answer:
        living_token(world, done)  # a dead token is told before anything about the object
        return handler(world, done, target)

    return Operation(kind, account, carry_out)


def _unsupported(_: World, call: Call, __: object) -> Answer:
    raise gone(
        f"Unsupported {call.method.lower()} request. Object with ID '{next(iter(call.path), '')}' does not "
        "exist, cannot be loaded due to missing permissions, or does not support this operation."
    )


def _target(world: World, id: str) -> tuple[Account | Container | Post | Photo | None, str, Routes]:
    if account := world.accounts.get(id):
        return account, id, _INSTAGRAM if account.platform is Platform.INSTAGRAM else _PAGE
    if container := world.containers.get(id):
        return container, container.account_id, _CONTAINER
    if post := world.posts.get(id):
        return post, post.account_id, _MEDIA if post.platform is Platform.INSTAGRAM else _POST
    if photo := world.photos.get(id):
        return photo, photo.account_id, _PHOTO
    return None, "", {}


def _closer(call: Call, edge: str, kind: str, handler: Handler) -> tuple[str, Handler]:
    """Tell apart what one edge is used for: a post at once, a draft, a scheduled one; publishing, an edit."""
    if kind == "facebook.edit" and call.flag("is_published"):
        return "facebook.publish", posts.publish
    if kind == "facebook.direct" and not call.flag("published", default=True):
        if edge == "photos":
            return "facebook.photo", handler
        scheduled = "scheduled_publish_time" in call.params
        return ("facebook.schedule" if scheduled else "facebook.draft"), handler
    return kind, handler
