"""What the exit status says, and that a lost answer never leads to doing something twice."""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path

import pytest
from aiohttp import web

from tests.support.commands import Run, Signoff, run_signoff
from tests.support.loopback import read_request, reset, serving, talking


async def ask(url: str, folder: Path, *arguments: str) -> Run:
    return await run_signoff(
        *arguments, folder=folder, settings={"SIGNOFF_URL": url, "SIGNOFF_TOKEN": "sgn_made_up"}
    )


async def test_without_a_token_the_command_says_where_to_get_one(tmp_path: Path) -> None:
    ended = await run_signoff("brands", "list", folder=tmp_path)
    assert ended.code == 2
    assert "signoff token create" in ended.errors


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("posts", "list", "--colour", "red"),
        ("posts", "show"),
        ("schedule", "some-post"),
        ("deliveries", "settle", "some-delivery", "--out", "https://a.example/", "--not-out", "leave"),
    ],
)
async def test_a_command_called_wrongly_does_nothing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ended = await ask("http://127.0.0.1:9", tmp_path, *arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.errors.strip()


async def test_nobody_there_is_not_reachable(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        ended = await ask(f"http://127.0.0.1:{taken.getsockname()[1]}", tmp_path, "brands", "list")
    assert ended.code == 3
    assert "SIGNOFF_URL" in ended.errors


async def test_something_else_at_the_address_is_told(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=404, text="<html>Not here</html>", content_type="text/html")

    async with serving(answer) as url:
        ended = await ask(url, tmp_path, "brands", "list")
    assert (ended.code, ended.errors.splitlines()[0]) == (1, "HTTP 404 Not Found")


async def test_an_answer_that_stays_lost_leaves_it_unknown(tmp_path: Path) -> None:
    async def lose(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        reset(writer)

    async with talking(lose) as url:
        ended = await ask(url, tmp_path, "posts", "submit", "some-post")
    assert ended.code == 4
    assert "may have been done" in ended.errors


@pytest.mark.parametrize("status", [502, 503, 504])
@pytest.mark.parametrize(
    "command", [("posts", "submit", "some-post"), ("posts", "edit", "some-post", "--title", "Newer")]
)
async def test_a_change_that_a_proxy_gave_up_on_is_unknown(
    tmp_path: Path, command: tuple[str, ...], status: int
) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.method == "GET":
            return web.json_response({"id": "some-post"}, headers={"ETag": '"1"'})
        return web.Response(status=status, text="<html>Gave up</html>", content_type="text/html")

    async with serving(answer) as url:
        ended = await ask(url, tmp_path, *command)
    assert ended.code == 4
    assert ended.errors.startswith(f"HTTP {status} ")
    assert "may have been done" in ended.errors


async def test_a_reading_that_a_proxy_gave_up_on_did_nothing(tmp_path: Path) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=503)

    async with serving(answer) as url:
        ended = await ask(url, tmp_path, "brands", "list")
    assert (ended.code, ended.errors.splitlines()[0]) == (1, "HTTP 503 Service Unavailable")


@pytest.mark.parametrize(
    "body",
    ["", "<html>Welcome</html>", "[]", "null", '"items"', "{}", "[" * 100_000],
    ids=["nothing", "page", "list", "null", "text", "another", "deep"],
)
async def test_a_good_answer_that_is_not_signoffs_is_told(tmp_path: Path, body: str) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(text=body, content_type="application/json")

    async with serving(answer) as url:
        read = await ask(url, tmp_path, "brands", "list")
        changed = await ask(url, tmp_path, "publish-now", "some-post")
    assert (read.code, changed.code) == (3, 4)
    assert "Is this the address" in read.errors
    assert "may have been done" in changed.errors
    assert "Traceback" not in read.errors + changed.errors


@pytest.mark.parametrize("trouble", ["lost", "unavailable", "in-progress"])
async def test_a_request_is_sent_again_with_the_same_key_until_it_is_answered(
    tmp_path: Path, trouble: str
) -> None:
    keys: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        keys.append(request.headers["Idempotency-Key"])
        if len(keys) > 2:
            return web.json_response({"items": []}, status=201)
        if trouble == "lost":
            assert request.transport
            request.transport.abort()
        status = 503 if trouble == "unavailable" else 409
        said = {
            "type": f"urn:signoff:problem:{trouble}",
            "status": status,
            "detail": "Wait.",
            "next_step": "",
        }
        return web.json_response(said, status=status)

    async with serving(answer) as url:
        ended = await ask(url, tmp_path, "publish-now", "some-post", "--json")
    assert (ended.code, json.loads(ended.out)) == (0, [])
    assert len(keys) == 3
    assert len(set(keys)) == 1


async def test_a_refusal_is_not_sent_again(tmp_path: Path) -> None:
    seen: list[str] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        seen.append(request.path)
        said = {
            "type": "urn:signoff:problem:wrong-state",
            "status": 409,
            "detail": "No.",
            "next_step": "Stop.",
        }
        return web.json_response(said, status=409)

    async with serving(answer) as url:
        ended = await ask(url, tmp_path, "posts", "submit", "some-post")
    assert (ended.code, ended.errors) == (1, "No.\nStop.\n")
    assert seen == ["/api/v1/posts/some-post/submit"]


@pytest.mark.parametrize(
    ("state", "code"), [("published", 0), ("failed", 1), ("unknown", 4), ("recovered", 0)]
)
async def test_watching_ends_with_what_became_of_it(tmp_path: Path, state: str, code: int) -> None:
    asked = 0

    async def answer(request: web.Request) -> web.StreamResponse:
        nonlocal asked
        asked += 1
        empty = dict.fromkeys(("permalink", "error", "waiting", "next_step"), "")
        said: dict[str, object] = {"id": "d1", "channel_name": "Plaza", "waiting_until": None, **empty}
        is_done = asked > 1
        said |= {"state": state if is_done else "publishing", "asks_person": is_done and state == "unknown"}
        return web.json_response(said)

    async with serving(answer) as url:
        ended = await ask(url, tmp_path, "deliveries", "watch", "d1")
    assert (ended.code, asked) == (code, 2)
    assert f"Plaza: {state}" in ended.out


async def test_an_address_may_end_with_the_path_of_the_api(signoff: Signoff, api_url: str) -> None:
    assert (await signoff("whoami", "--url", api_url)).code == 0
    assert (await signoff("whoami", "--url", f"{api_url.removesuffix('/api/v1')}/")).code == 0


async def test_help_names_every_exit_status(tmp_path: Path) -> None:
    shown = await run_signoff("--help", folder=tmp_path)
    assert shown.code == 0
    assert "3 not reachable" in shown.out
    assert (await run_signoff("--version", folder=tmp_path)).out.startswith("signoff ")
