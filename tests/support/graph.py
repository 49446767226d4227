"""A plain caller of the Graph API, and pictures for it to fetch."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from PIL import Image

from tests.support.sandbox import Account


def picture(width: int = 400, height: int = 400, kind: str = "JPEG", colour: str = "teal") -> bytes:
    """Make a picture of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(file, kind)
    return file.getvalue()


class Pictures:
    """What a picture server answers with, by path."""

    def __init__(self) -> None:
        self.url = ""
        self.bodies: dict[str, tuple[bytes, str]] = {}

    def add(self, name: str, body: bytes, kind: str = "image/jpeg") -> str:
        """Serve this under a name; give its address."""
        self.bodies[name] = (body, kind)
        return f"{self.url}/{name}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        found = self.bodies.get(request.path.removeprefix("/"))
        if not found:
            return web.Response(status=404)
        return web.Response(body=found[0], content_type=found[1])


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def id(self) -> str:
        return str(self.body["id"])

    @property
    def error(self) -> tuple[int, int]:
        """Code and subcode; 0 where there is none."""
        error = self.body["error"]
        return error["code"], error.get("error_subcode", 0)


class Graph:
    """Calls the Graph API as one account."""

    def __init__(self, http: aiohttp.ClientSession, graph_url: str, account: Account) -> None:
        self._http = http
        self._root = f"{graph_url}/v26.0"
        self.account = account

    async def get(self, path: str, **params: str) -> Reply:
        return await self.call("GET", path, params=params)

    async def post(self, path: str, **params: str) -> Reply:
        return await self.call("POST", path, data=params)

    async def delete(self, path: str) -> Reply:
        return await self.call("DELETE", path)

    async def call(self, method: str, path: str, **how: Any) -> Reply:
        how.setdefault("headers", {"Authorization": f"Bearer {self.account.token}"})
        async with self._http.request(method, f"{self._root}/{path}", **how) as answer:
            return Reply(answer.status, await answer.json(), answer.headers)

    async def container(self, image_url: str, **params: str) -> Reply:
        return await self.post(f"{self.account.id}/media", image_url=image_url, **params)

    async def publish(self, container: str) -> Reply:
        return await self.post(f"{self.account.id}/media_publish", creation_id=container)
