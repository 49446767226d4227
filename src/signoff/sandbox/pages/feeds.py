"""The feeds of the accounts, the page of each post, and the pictures in them."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter
from starlette.responses import Response

from signoff.sandbox.current import BaseUrl, CurrentWorld
from signoff.sandbox.files import CONTENT_TYPES
from signoff.sandbox.graph.measures import measure
from signoff.sandbox.pages.rendering import page
from signoff.sandbox.records import Post
from signoff.sandbox.state import World
from signoff.sandbox.views import address, posts_of

router = APIRouter(include_in_schema=False)


@router.get("/feed/files/{name}")
async def read_file(name: str, world: CurrentWorld) -> Response:
    content = world.files.get(name)
    if content is None:
        return Response("There is no such picture.", HTTPStatus.NOT_FOUND)
    return Response(content, media_type=CONTENT_TYPES[name.rpartition(".")[2]])


@router.get("/feed/{account_id}")
async def read_feed(account_id: str, world: CurrentWorld, base: BaseUrl) -> Response:
    account = world.accounts.get(account_id)
    if not account:
        return _not_there()
    cards = [_card(world, post, base) for post in posts_of(world, account_id)]
    return page(f"{account.platform}-feed.html", account=account, cards=cards)


@router.get("/p/{shortcode}")
@router.get("/p/{shortcode}/")
async def read_media(shortcode: str, world: CurrentWorld, base: BaseUrl) -> Response:
    found = [post for post in world.posts.values() if post.shortcode == shortcode]
    return _single(world, found[0] if found else None, base)


@router.get("/{page_id}/posts/{number}")
async def read_post(page_id: str, number: str, world: CurrentWorld, base: BaseUrl) -> Response:
    return _single(world, world.posts.get(f"{page_id}_{number}"), base)


def _single(world: World, post: Post | None, base: str) -> Response:
    account = world.accounts.get(post.account_id) if post else None
    if not post or not post.is_visible:
        return _not_there()
    return page("post.html", account=account, card=_card(world, post, base))


def _card(world: World, post: Post, base: str) -> dict[str, object]:
    now = world.now()
    return {
        "post": post,
        "address": address(base, post),
        "likes": measure(post, "likes", now),
        "comments": measure(post, "comments", now),
    }


def _not_there() -> Response:
    return page("not-there.html", HTTPStatus.NOT_FOUND)
