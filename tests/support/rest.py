"""The REST door over real HTTP, and callers with a token: `reply = await owner_api.get("/posts")`."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import aiohttp
import pytest
from starlette.applications import Starlette

from signoff.api.app import PREFIX
from signoff.kernel.people import Actor, May
from signoff.organizations.tokens import create_token
from signoff.runtime import Runtime
from signoff.site import mounted
from signoff.web.live import LiveEvents
from tests.support.applications import Applications
from tests.support.server import Show

COOKIE = "__Host-signoff"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def etag(self) -> dict[str, str]:
        """The headers of a change that is based on this answer."""
        return {"If-Match": self.headers["ETag"]}


class Caller:
    """Sends requests to the REST door, with the same headers each time."""

    def __init__(self, http: aiohttp.ClientSession, url: str, headers: Mapping[str, str]) -> None:
        self.url = url
        self.headers = dict(headers)
        self._http = http

    async def call(self, method: str, path: str, **how: Any) -> Reply:
        headers = self.headers | how.pop("headers", {})
        how.setdefault("allow_redirects", False)
        async with self._http.request(method, self.url + path, headers=headers, **how) as answer:
            return Reply(answer.status, answer.headers, await answer.read())

    async def get(self, path: str, **params: str) -> Reply:
        return await self.call("GET", path, params=params)

    async def post(self, path: str, body: Any = None, **headers: str) -> Reply:
        return await self.call("POST", path, json=body, headers=headers)

    async def patch(self, path: str, body: Any, based_on: Reply) -> Reply:
        return await self.call("PATCH", path, json=body, headers=based_on.etag)

    async def put(self, path: str, body: Any, based_on: Reply) -> Reply:
        return await self.call("PUT", path, json=body, headers=based_on.etag)

    async def delete(self, path: str, based_on: Reply | None = None) -> Reply:
        return await self.call("DELETE", path, headers=based_on.etag if based_on else {})

    async def upload(
        self, content: bytes, *, alt: str = "", filename: str = "a.png", **headers: str
    ) -> Reply:
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(content), filename=filename, content_type="image/png")
        form.add_field("alt", alt)
        return await self.call("POST", "/media", data=form, headers=headers)

    def without_token(self, **headers: str) -> Caller:
        return Caller(self._http, self.url, headers)


CallAs: TypeAlias = Callable[..., Awaitable[Caller]]


@pytest.fixture
async def api_url(runtime: Runtime, applications: Applications, show: Show) -> AsyncIterator[str]:
    """The address of the REST door over the test's database."""
    live = LiveEvents(runtime)
    api = applications.api(runtime, live, COOKIE)
    async with show(Starlette(routes=[mounted(PREFIX, api)])) as url:
        yield url + PREFIX
        live.close()


@pytest.fixture
async def call_as(runtime: Runtime, api_url: str) -> AsyncIterator[CallAs]:
    """Gives a caller with a token of somebody: `await call_as(author)`, limited by `scopes` or `is_agent`."""
    async with aiohttp.ClientSession() as http:

        async def with_token(
            actor: Actor, *, scopes: Iterable[May] = tuple(May), is_agent: bool = False
        ) -> Caller:
            _, text = await create_token(runtime, actor, "tests", list(scopes), is_agent=is_agent)
            return Caller(http, api_url, {"Authorization": f"Bearer {text}"})

        yield with_token


@pytest.fixture
async def owner_api(call_as: CallAs, owner: Actor) -> Caller:
    return await call_as(owner)
