"""The platforms on which workers die: how to connect to each, and what the public sees there.

A new connector is covered by one more stand-in here; until then a test says that it lacks one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest

from signoff.organizations.exports import exports_folder
from signoff.records.states import ContentType
from signoff.settings import Settings
from tests.support.faults import FaultyProxy
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
    folder: Path | None = None
    """Where it publishes, if that is no server."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a stand-in is built from; a server's goes behind the proxy, so that its calls can be cut."""

    request: pytest.FixtureRequest
    settings: Settings
    proxy: FaultyProxy


StandIn: TypeAlias = Callable[[Place], Platform]


def seeded(sandbox: Sandbox, name: str) -> tuple[Platform, Account]:
    """A new account of the sandbox."""
    if name == "instagram":
        account = sandbox.seed_instagram(name="Casa Luz", quota_total=100_000)
    else:
        account = sandbox.seed_facebook(name="Casa Luz")
    return of_account(sandbox, name, account), account


def of_account(sandbox: Sandbox, name: str, account: Account) -> Platform:
    """An account of the sandbox that is there."""
    is_instagram = name == "instagram"
    kind = ContentType.CAROUSEL if is_instagram else ContentType.FEED_POST
    login = {"ig_user_id" if is_instagram else "page_id": account.id, "access_token": account.token}
    return Platform(name, login, kind, _feed(sandbox, account.id))


def _feed(sandbox: Sandbox, account_id: str) -> Callable[[], Awaitable[Sequence[str]]]:
    async def texts() -> Sequence[str]:
        return [str(post["text"]) for post in sandbox.posts(account_id)]

    return texts


def _of_sandbox(name: str) -> StandIn:
    def stand_in(place: Place) -> Platform:
        sandbox: Sandbox = place.request.getfixturevalue("sandbox")
        place.proxy.target = sandbox.url
        return seeded(sandbox, name)[0]

    return stand_in


def _wordpress(place: Place) -> Platform:
    site: WordPressSite = place.request.getfixturevalue("wordpress")
    place.proxy.target = site.url

    async def texts() -> Sequence[str]:
        return [post["title"]["rendered"] for post in await site.every("posts")]

    login = site.credentials(site_url=place.proxy.url)
    return Platform("wordpress", login, ContentType.BLOG_POST, texts)


def html(folder: Path) -> Platform:
    """The folder of the exported pages."""

    async def texts() -> Sequence[str]:
        return await asyncio.to_thread(lambda: [page.read_text() for page in folder.rglob("*.html")])

    return Platform("html", {}, ContentType.BLOG_POST, texts, folder=folder)


STAND_INS: Final[Mapping[str, StandIn]] = {
    "facebook": _of_sandbox("facebook"),
    "html": lambda place: html(exports_folder(place.settings)),
    "instagram": _of_sandbox("instagram"),
    "wordpress": _wordpress,
}
