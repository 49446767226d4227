"""A real WordPress for tests, and a view of it that owes nothing to our connector."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

import aiohttp
import pytest

from signoff.http.client import Http
from tests.servers.running import start

LOOPBACK = ip_network("127.0.0.0/8")


@dataclass(frozen=True, slots=True)
class WordPressSite:
    """`users` tells for each role the user name and the application password."""

    url: str
    users: Mapping[str, tuple[str, str]]
    session: aiohttp.ClientSession = field(repr=False)

    def credentials(self, role: str = "author", site_url: str = "") -> dict[str, str]:
        """Give what a person enters to connect the site as a user of this role."""
        username, password = self.users[role]
        return {"site_url": site_url or self.url, "username": username, "application_password": password}

    async def call(self, method: str, route: str, *, role: str = "admin", **options: Any) -> Any:
        """Call a route of `wp/v2` and give its JSON; the test fails when WordPress refuses."""
        return (await self._answered(method, route, role, **options))[0]

    async def every(self, route: str) -> list[dict[str, Any]]:
        """List all that the public sees of a route, page by page; the titles only."""
        found: list[dict[str, Any]] = []
        page, pages = 1, 1
        while page <= pages:
            params = {"per_page": "100", "page": str(page), "orderby": "id", "_fields": "id,title"}
            rows, headers = await self._answered("GET", route, "admin", params=params)
            found, page, pages = found + rows, page + 1, int(headers["X-WP-TotalPages"])
        return found

    async def having(self, key: str, kind: str = "posts") -> list[dict[str, Any]]:
        """List everything whose slug holds the key, in any state."""
        params = {"status": "any,trash", "context": "edit", "per_page": "100", "orderby": "id"}
        return [post for post in await self.call("GET", kind, params=params) if key in post["slug"]]

    async def pictures_of(self, key: str) -> list[dict[str, Any]]:
        """List the uploads whose slug holds the key."""
        found = await self.call("GET", "media", params={"context": "edit", "per_page": "100"})
        return [upload for upload in found if key in upload["slug"]]

    async def visitor(self, url: str) -> tuple[int, str]:
        """Open an address as anybody may."""
        async with self.session.get(url) as response:
            return response.status, await response.text()

    async def _answered(
        self, method: str, route: str, role: str, **options: Any
    ) -> tuple[Any, Mapping[str, str]]:
        login = aiohttp.encode_basic_auth(*self.users[role])
        async with self.session.request(
            method, f"{self.url}/wp-json/wp/v2/{route}", headers={"Authorization": login}, **options
        ) as response:
            answer = await response.json()
            assert response.status < 300, answer
            return answer, response.headers

    async def bytes_at(self, url: str) -> bytes:
        async with self.session.get(url) as response:
            assert response.status == 200
            return await response.read()


@pytest.fixture(scope="session")
async def wordpress() -> AsyncIterator[WordPressSite]:
    lines = start("wordpress")
    roles = ("admin", "editor", "author", "subscriber")
    names = {role: f"WORDPRESS_{role.upper()}" for role in roles}
    users = {role: (lines[f"{name}_USER"], lines[f"{name}_APP_PASSWORD"]) for role, name in names.items()}
    async with aiohttp.ClientSession() as session:
        yield WordPressSite(lines["WORDPRESS_URL"], users, session)


@pytest.fixture(scope="session")
async def http_to_loopback() -> AsyncIterator[Http]:
    """The real client, with the loopback allowed as an operator allows a network."""
    http = Http(allow=[LOOPBACK])
    yield http
    await http.close()
