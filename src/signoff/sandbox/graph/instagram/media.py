"""Instagram accounts and their published media: read, listed, measured, deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.errors import gone
from signoff.sandbox.graph.fields import pick
from signoff.sandbox.graph.instagram.publishing import media_of
from signoff.sandbox.graph.listing import graph_time, paged
from signoff.sandbox.graph.measures import insights, measure, views
from signoff.sandbox.graph.operations import Answer
from signoff.sandbox.graph.tokens import token_for
from signoff.sandbox.records import Account, Post
from signoff.sandbox.state import World


def read_account(world: World, call: Call, account: Account) -> Answer:
    """GET /{account}."""
    token_for(world, call, account, "instagram_basic")
    known = {
        "id": account.id,
        "username": account.username,
        "name": account.name,
        "account_type": "BUSINESS",
        "media_count": len(media_of(world, call, account)),
        "followers_count": 128,
        "follows_count": 12,
    }
    return pick("IGUser", known, call.text("fields"), "id")


def list_media(world: World, call: Call, account: Account) -> Answer:
    """GET /{account}/media."""
    token_for(world, call, account, "instagram_basic")
    wanted = call.text("fields")
    rows = [
        (post.id, pick("IGMedia", _known(call, post, account), wanted, "id"))
        for post in media_of(world, call, account)
    ]
    return paged(call, rows, f"{account.id}/media")


def read(world: World, call: Call, post: Post) -> Answer:
    """GET /{media}."""
    account = owner(world, post)
    token_for(world, call, account, "instagram_basic")
    return pick("IGMedia", _known(call, post, account), call.text("fields"), "id")


def measured(world: World, call: Call, post: Post) -> Answer:
    """GET /{media}/insights."""
    token_for(world, call, owner(world, post), "instagram_manage_insights")
    parts = {name: measure(post, name, call.at) for name in ("reach", "likes", "comments", "saved", "shares")}
    interactions = parts["likes"] + parts["comments"] + parts["saved"] + parts["shares"]
    return insights(call, post, {"views": views(post, call.at), **parts, "total_interactions": interactions})


def delete(world: World, call: Call, post: Post) -> Answer:
    """DELETE /{media}: needs a permission that Instagram's own login can't give."""
    token_for(world, call, owner(world, post), "instagram_manage_contents")
    world.posts.put(post.id, replace(post, deleted_at=call.at))
    return {"success": True, "deleted_id": post.id}


def owner(world: World, post: Post) -> Account:
    """Give the account of a post that is there.

    Raises:
        GraphError: 100/33 once it is deleted.
    """
    account = world.accounts.get(post.account_id)
    if post.deleted_at or not account:
        raise gone()
    return account


def _known(call: Call, post: Post, account: Account) -> dict[str, Any]:
    addresses = [f"{call.base_url}/feed/files/{picture.name}" for picture in post.pictures]
    return {
        "id": post.id,
        "caption": _caption(call, post) or None,
        "timestamp": graph_time(post.created_at),
        "permalink": f"{call.base_url}/p/{post.shortcode}/",
        "shortcode": post.shortcode,
        "media_type": "CAROUSEL_ALBUM" if len(post.pictures) > 1 else "IMAGE",
        "media_product_type": "FEED",
        "media_url": addresses[0],
        "alt_text": post.pictures[0].alt_text or None,
        "username": account.username,
        "owner": {"id": account.id},
        "is_comment_enabled": True,
        "like_count": measure(post, "likes", call.at),
        "comments_count": measure(post, "comments", call.at),
        "children": _children(post, addresses),
    }


def _caption(call: Call, post: Post) -> str:
    """Give the text; the fault `at_signs_lost` drops its @, as the real platform sometimes does."""
    lost = call.fault and call.fault.fault == "at_signs_lost"
    return post.text.replace("@", "") if lost else post.text


def _children(post: Post, addresses: list[str]) -> dict[str, Any] | None:
    if len(post.pictures) == 1:
        return None
    items = zip(post.made_from[1:], post.pictures, addresses, strict=True)
    return {
        "data": [
            {"id": id, "media_type": "IMAGE", "media_url": address, "alt_text": picture.alt_text or None}
            for id, picture, address in items
        ]
    }
