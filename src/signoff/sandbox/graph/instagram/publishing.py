"""The one visible step: a container becomes a post, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.errors import GraphError, invalid
from signoff.sandbox.graph.fields import pick
from signoff.sandbox.graph.instagram.containers import FAILED, Status, status
from signoff.sandbox.graph.listing import listed, moment_of
from signoff.sandbox.graph.operations import Answer
from signoff.sandbox.graph.tokens import token_for
from signoff.sandbox.records import Account, Container, Platform, Post
from signoff.sandbox.state import World

QUOTA_WINDOW: Final = timedelta(hours=24)
_SHORTCODE: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

_REFUSALS: Final = {
    Status.IN_PROGRESS: (9007, 2207027),
    Status.ERROR: (-1, FAILED),
    Status.EXPIRED: (-2, 2207020),
    Status.PUBLISHED: (24, 2207008),
}
"""A successful publish uses the container up: the next one is told that there is none."""


def publish(world: World, call: Call, account: Account) -> Answer:
    """POST /{account}/media_publish."""
    token_for(world, call, account, "instagram_content_publish")
    container = world.containers.get(call.text("creation_id"))
    if not container or container.account_id != account.id:
        raise GraphError(24, 2207008)
    if refusal := _REFUSALS.get(status(container, call.at)):
        raise GraphError(*refusal)
    if container.is_carousel_item:
        raise invalid("An item of a carousel can't be published by itself")
    if quota_usage(world, account, call.at - QUOTA_WINDOW) >= account.quota_total:
        raise GraphError(9, 2207042)
    post = _post(world, call, container)
    world.posts.put(post.id, post)
    world.containers.put(container.id, replace(container, media_id=post.id))
    return {"id": post.id}


def publishing_limit(world: World, call: Call, account: Account) -> Answer:
    """GET /{account}/content_publishing_limit."""
    token_for(world, call, account, "instagram_basic")
    window = call.at - QUOTA_WINDOW
    begin = max(window, moment_of(call, "since", window))
    config = {"quota_total": account.quota_total, "quota_duration": int(QUOTA_WINDOW.total_seconds())}
    known = {"id": account.id, "quota_usage": quota_usage(world, account, begin), "config": config}
    picked = pick("ContentPublishingLimit", known, call.text("fields"), "quota_usage")
    return {"data": [{name: value for name, value in picked.items() if name != "id"}]}


def quota_usage(world: World, account: Account, since: datetime) -> int:
    """Count what was published since then, deleted or not; a carousel counts as one."""
    mine = [post for post in world.posts.values() if post.account_id == account.id]
    return sum(1 for post in mine if post.visible_at and post.visible_at > since)


def media_of(world: World, call: Call, account: Account) -> list[Post]:
    """Give what a listing of the account shows at the moment of the call."""
    visible = [post for post in world.posts.values() if post.account_id == account.id and post.is_visible]
    return listed(call, visible, lambda post: post.created_at)


def _post(world: World, call: Call, container: Container) -> Post:
    number = world.next_number()
    return Post(
        str(18_000_000_000_000_000 + number),
        container.account_id,
        Platform.INSTAGRAM,
        container.caption,
        created_at=call.at,
        visible_at=call.at,
        pictures=container.pictures,
        made_from=(container.id, *container.children),
        shortcode="".join(_SHORTCODE[(number >> (6 * place)) & 63] for place in range(8)),
        is_ai_generated=container.is_ai_generated,
        published_times=1,
    )
