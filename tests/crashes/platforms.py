"""The platforms on which workers die: how to connect to each, and what the public sees there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from signoff.records.states import ContentType
from tests.support.sandbox import Account, Sandbox
from tests.support.wordpress import WordPressSite


@dataclass(frozen=True, slots=True)
class Platform:
    """An account of a platform, and a look at it that owes nothing to our connector."""

    name: str
    credentials: Mapping[str, str]
    content_type: ContentType
    texts: Callable[[], Awaitable[Sequence[str]]]
    """The texts of the posts that anybody can see."""
    options: Mapping[str, Any] = field(default_factory=dict)


def instagram(sandbox: Sandbox) -> Platform:
    return seeded(sandbox, "instagram")[0]


def facebook(sandbox: Sandbox) -> Platform:
    return seeded(sandbox, "facebook")[0]


def seeded(sandbox: Sandbox, name: str) -> tuple[Platform, Account]:
    """A new account of the sandbox."""
    if name == "instagram":
        account = sandbox.seed_instagram(name="Casa Luz", quota_total=100_000)
        id_field, kind = "ig_user_id", ContentType.CAROUSEL
    else:
        account = sandbox.seed_facebook(name="Casa Luz")
        id_field, kind = "page_id", ContentType.FEED_POST
    login = {id_field: account.id, "access_token": account.token}
    return Platform(name, login, kind, _feed(sandbox, account.id)), account


def _feed(sandbox: Sandbox, account_id: str) -> Callable[[], Awaitable[Sequence[str]]]:
    async def texts() -> Sequence[str]:
        return [str(post["text"]) for post in sandbox.posts(account_id)]

    return texts


def wordpress(site: WordPressSite) -> Platform:
    async def texts() -> Sequence[str]:
        found: list[str] = []
        for page in range(1, 50):
            params = {"per_page": "100", "page": str(page), "orderby": "id"}
            posts = await site.call("GET", "posts", params=params)
            found += [post["title"]["rendered"] for post in posts]
            if len(posts) < 100:
                break
        return found

    return Platform("wordpress", site.credentials(), ContentType.BLOG_POST, texts)


def html(folder: Path) -> Platform:
    async def texts() -> Sequence[str]:
        return await asyncio.to_thread(lambda: [page.read_text() for page in folder.rglob("*.html")])

    return Platform("html", {}, ContentType.BLOG_POST, texts)
