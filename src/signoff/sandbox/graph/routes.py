"""Which call is meant: the path, what stands behind its first part, and for writes the parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from signoff.sandbox.graph import login
from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.errors import gone
from signoff.sandbox.graph.facebook import routes as facebook
from signoff.sandbox.graph.instagram import routes as instagram
from signoff.sandbox.graph.operations import Answer, Operation, Routes
from signoff.sandbox.graph.tokens import living_token
from signoff.sandbox.records import Account, Container, Photo, Platform, Post
from signoff.sandbox.state import World

_OF_ACCOUNT: Final[Mapping[Platform, Routes]] = {
    Platform.INSTAGRAM: instagram.ACCOUNT,
    Platform.FACEBOOK: facebook.PAGE,
}
_OF_POST: Final[Mapping[Platform, Routes]] = {
    Platform.INSTAGRAM: instagram.MEDIA,
    Platform.FACEBOOK: facebook.POST,
}
_LOGIN: Final[Mapping[tuple[str, ...], tuple[str, Callable[[World, Call], Answer]]]] = {
    ("oauth", "access_token"): ("login.exchange", login.exchange),
    ("debug_token",): ("login.debug_token", login.debug_token),
    ("me",): ("login.me", login.me),
    ("me", "accounts"): ("login.accounts", login.accounts),
    ("me", "permissions"): ("login.permissions", login.permissions),
}

_TABLES: Final = (*_OF_ACCOUNT.values(), *_OF_POST.values(), instagram.CONTAINER, facebook.PHOTO)

KINDS: Final = sorted(
    {kind for table in _TABLES for kind, _ in table.values()}
    | {kind for kind, _ in _LOGIN.values()}
    | facebook.BY_PARAMETERS
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
    kind, handler = facebook.told_apart(call, edge, *known) if known else ("unknown", _unsupported)

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
        return account, id, _OF_ACCOUNT[account.platform]
    if container := world.containers.get(id):
        return container, container.account_id, instagram.CONTAINER
    if post := world.posts.get(id):
        return post, post.account_id, _OF_POST[post.platform]
    if photo := world.photos.get(id):
        return photo, photo.account_id, facebook.PHOTO
    return None, "", {}
