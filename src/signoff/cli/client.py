"""The REST API as commands use it. A POST is sent again with the same key until its answer is known."""

from __future__ import annotations

import asyncio
import json
import platform
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias
from uuid import uuid4

import aiohttp

import signoff
from signoff.cli.exits import Exit, StoppedError

_PREFIX: Final = "/api/v1"
_TIMEOUT: Final = aiohttp.ClientTimeout(total=120, connect=10)
_TRIES: Final = 4
_WAIT_S: Final = 0.5
_AGAIN: Final = frozenset({502, 503, 504})
_CHUNK_BYTES: Final = 64 * 1024
_REFUSED_FROM: Final = 400
_NO_CONTENT: Final = 204
_LOOK: Final = "It may have been done. Look before you try again."
_WHO_IS_IT: Final = "Is this the address of a Signoff installation?"

Json: TypeAlias = Any
Progress: TypeAlias = Callable[[int], None]
"""Called with the number of bytes that have gone since."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` is a JSON object, or None where there is nothing to say."""

    status: int
    etag: str
    body: Json


class Api:
    """The API of one installation, as one person."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url.rstrip("/").removesuffix(_PREFIX) + _PREFIX

    async def get(self, path: str, **params: Json) -> Json:
        """Read; parameters that are None or empty aren't sent."""
        return (await self._send("GET", path, params=_said(params))).body

    async def read(self, path: str) -> Answer:
        """Read something with its ETag, in order to change it."""
        return await self._send("GET", path)

    async def all(self, path: str, limit: int, **params: Json) -> list[Any]:
        """Read a list page by page until there are `limit` items."""
        items: list[Any] = []
        cursor: str | None = None
        while len(items) < limit:
            page = await self.get(path, limit=min(100, limit - len(items)), cursor=cursor, **params)
            items += page["items"]
            cursor = page.get("next_cursor")
            if cursor is None:
                break
        return items

    async def post(self, path: str, body: Json = None) -> Json:
        """Have something done, once."""
        return (await self._until_answered(path, lambda: {"json": body})).body

    async def change(self, method: str, path: str, etag: str = "", body: Json = None, **params: Json) -> Json:
        """Change or remove what was read with this ETag."""
        how: dict[str, Any] = {"headers": {"If-Match": etag} if etag else {}, "params": _said(params)}
        if body is not None:
            how["json"] = body
        return (await self._send(method, path, **how)).body

    async def upload(self, file: Path, alt: str, progress: Progress) -> Json:
        """Send a picture piece by piece."""

        def form() -> dict[str, Any]:
            made = aiohttp.FormData()
            made.add_field("alt", alt)
            made.add_field("file", _pieces(file, progress), filename=file.name)
            return {"data": made}

        return (await self._until_answered("/media", form)).body

    async def download(self, path: str, target: Path) -> int:
        """Store a file; gives its size. Nothing is left behind when it breaks off."""
        part = target.with_name(f".{target.name}.part")
        try:
            size = 0
            async with _reached("GET"), self._http.get(self._url + path) as reply:
                await _need_success(reply, "GET")
                with part.open("wb") as file:
                    async for piece in reply.content.iter_chunked(_CHUNK_BYTES):
                        size += await asyncio.to_thread(file.write, piece)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return size

    async def _until_answered(self, path: str, make: Callable[[], dict[str, Any]]) -> Answer:
        headers = {"Idempotency-Key": str(uuid4())}
        for tried in range(1, _TRIES + 1):
            is_last = tried == _TRIES
            try:
                return await self._send("POST", path, headers=headers, **make())
            except StoppedError as stopped:
                if is_last or stopped.code is not Exit.UNKNOWN:
                    raise
            await asyncio.sleep(_WAIT_S * tried)
        raise AssertionError("the last try returns or raises")

    async def _send(self, method: str, path: str, **how: Json) -> Answer:
        async with _reached(method), self._http.request(method, self._url + path, **how) as reply:
            await _need_success(reply, method)
            body = None if reply.status == _NO_CONTENT else _object(await reply.read(), method)
            return Answer(reply.status, reply.headers.get("ETag", ""), body)


@asynccontextmanager
async def connected(url: str, token: str) -> AsyncIterator[Api]:
    """Open the API with a token."""
    agent = f"signoff-cli/{signoff.__version__} ({platform.system()})"
    headers = {"Authorization": f"Bearer {token}", "User-Agent": agent, "Accept": "application/json"}
    async with aiohttp.ClientSession(headers=headers, timeout=_TIMEOUT) as http:
        yield Api(http, url)


def _said(params: dict[str, Any]) -> list[tuple[str, str]]:
    said: list[tuple[str, str]] = []
    for name, value in params.items():
        values = value if isinstance(value, list | tuple) else [value]
        said += [(name.rstrip("_"), _text(one)) for one in values if one not in {None, ""}]
    return said


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


async def _pieces(file: Path, progress: Progress) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(file.open, "rb") as source:
        while piece := await asyncio.to_thread(source.read, _CHUNK_BYTES):
            yield piece
            progress(len(piece))


@asynccontextmanager
async def _reached(method: str) -> AsyncIterator[None]:
    """Tell what certainly had no effect from what may have had one."""
    try:
        yield
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as problem:
        raise StoppedError(
            Exit.NOT_REACHABLE,
            f"Signoff can't be reached: {problem}",
            next_step="Check --url or SIGNOFF_URL, and whether `signoff serve` runs there.",
        ) from problem
    except (aiohttp.ClientError, TimeoutError, ValueError) as problem:
        raise _no_answer(method, f"The answer was lost: {problem or type(problem).__name__}") from problem


def _no_answer(method: str, detail: str, hint: str = "") -> StoppedError:
    """Nothing was done by reading; of anything else nobody knows."""
    if method == "GET":
        return StoppedError(Exit.NOT_REACHABLE, detail, next_step=hint)
    return StoppedError(Exit.UNKNOWN, detail, next_step=_LOOK)


class _Object(dict[str, Json]):
    """A JSON object of the API. What isn't in it ends the command: it was somebody else who answered."""

    method = ""

    def __missing__(self, name: str) -> Json:
        raise _no_answer(self.method, f"The answer has no “{name}”.", _WHO_IS_IT)


def _object(content: bytes, method: str) -> Json:
    def known(pairs: list[tuple[str, Json]]) -> _Object:
        made = _Object(pairs)
        made.method = method
        return made

    try:
        body = json.loads(content, object_pairs_hook=known)
    except (ValueError, RecursionError) as problem:
        raise _no_answer(method, "The answer isn't JSON that can be read.", _WHO_IS_IT) from problem
    if not isinstance(body, dict):
        raise _no_answer(method, "The answer isn't a JSON object.", _WHO_IS_IT)
    return body


async def _need_success(reply: aiohttp.ClientResponse, method: str) -> None:
    if reply.status < _REFUSED_FROM:
        return
    try:
        problem = json.loads(await reply.read())
        detail, next_step = str(problem["detail"]), str(problem.get("next_step", ""))
    except (ValueError, KeyError, TypeError, RecursionError):  # a proxy in between has its own pages
        problem = {"status": reply.status, "title": reply.reason}
        detail, next_step = f"HTTP {reply.status} {reply.reason}", _WHO_IS_IT
    if method != "GET" and _is_open(reply.status, problem):
        raise StoppedError(Exit.UNKNOWN, detail, next_step=_LOOK, problem=problem)
    raise StoppedError(Exit.REFUSED, detail, next_step=next_step, problem=problem)


def _is_open(status: int, problem: dict[str, object]) -> bool:
    """What was asked for may be done all the same: behind a proxy that gave up, or by the request before."""
    return status in _AGAIN or str(problem.get("type", "")).endswith(":in-progress")
