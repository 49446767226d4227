"""The control API, the request log, and what survives a restart."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.error import URLError

import aiohttp
import pytest

from signoff.sandbox.app import SandboxSettings
from signoff.sandbox.server import RunningSandbox, running_sandbox
from tests.support.graph import Graph, Pictures, picture
from tests.support.sandbox import Sandbox

_SERVE = """
import sys
from pathlib import Path
from signoff.sandbox.server import run
run("127.0.0.1", int(sys.argv[1]), Path(sys.argv[2]))
"""


async def test_every_answer_is_marked(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    for path in ("/", "/graph/v26.0/me", "/control/clock", "/static/sandbox.css", "/nowhere"):
        async with http.get(sandbox.url + path) as answer:
            assert answer.headers["X-Signoff-Sandbox"] == "1", path


async def test_any_version_or_none_may_be_asked_for(
    facebook: Graph, sandbox: Sandbox, http: aiohttp.ClientSession
) -> None:
    headers = {"Authorization": f"Bearer {facebook.account.token}"}
    for version in ("v18.0/", "v26.0/", ""):
        url = f"{sandbox.graph_url}/{version}{facebook.account.id}"
        async with http.get(url, headers=headers) as answer:
            assert (await answer.json())["name"] == "Casa Luz"


async def test_other_sites_cannot_change_the_sandbox(
    sandbox: Sandbox, facebook: Graph, http: aiohttp.ClientSession
) -> None:
    await facebook.post(f"{facebook.account.id}/feed", message="Still here")
    headers = {"Sec-Fetch-Site": "cross-site"}
    async with http.post(f"{sandbox.url}/control/reset", headers=headers) as answer:
        assert answer.status == 403
    assert len(sandbox.posts(text="Still here")) == 1


async def test_the_log_tells_what_was_called_and_never_a_token(facebook: Graph, sandbox: Sandbox) -> None:
    account = facebook.account
    draft = await facebook.post(f"{account.id}/feed", message="Hello", published="false")
    await facebook.post(draft.id, is_published="true")
    await facebook.get("424242", access_token=account.token)
    lines = sandbox.requests()
    assert [line["call"] for line in lines] == ["facebook.draft", "facebook.publish", "unknown"]
    assert [line["outcome"] for line in lines] == ["200", "200", "400"]
    assert lines[2]["error"] == "100/33"
    assert account.token not in str(lines)
    assert len(sandbox.requests(account.id, "facebook.publish")) == 1


async def test_the_clock_is_set_and_moved(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    async def put(**body: float) -> dict[str, str]:
        async with http.post(f"{sandbox.url}/control/clock", json=body) as answer:
            assert answer.status == 200
            moved: dict[str, str] = await answer.json()
            return moved

    await put(offset_s=-3600)
    moved = await put(advance_s=7200)
    assert float(moved["offset_s"]) == pytest.approx(3600)
    ahead = datetime.fromisoformat(moved["now"]) - datetime.now().astimezone()
    assert timedelta(minutes=59) < ahead < timedelta(minutes=61)
    async with http.post(f"{sandbox.url}/control/clock", json={}) as answer:
        assert answer.status == 422


async def test_a_reset_forgets_everything_but_the_usual_accounts(
    sandbox: Sandbox, facebook: Graph, http: aiohttp.ClientSession
) -> None:
    await facebook.post(f"{facebook.account.id}/feed", message="Hello")
    sandbox.fault("facebook.read", "hang_before")
    sandbox.advance(60)
    sandbox.reset()
    assert sandbox.posts() == sandbox.faults() == sandbox.requests() == []
    assert (await facebook.get(facebook.account.id)).error == (190, 0)
    async with http.get(f"{sandbox.url}/control/accounts") as answer:
        platforms = [account["platform"] for account in await answer.json()]
    assert sorted(platforms) == ["facebook", "instagram"]


async def test_ids_are_never_used_again(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    ids = []
    for _ in range(2):
        graph = Graph(http, sandbox.graph_url, sandbox.seed_facebook(id="777", token="t"))
        ids.append((await graph.post("777/feed", message="Hello")).id)
        sandbox.reset()
    assert len(set(ids)) == 2


async def test_unknown_tokens_cannot_be_changed(sandbox: Sandbox, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{sandbox.url}/control/tokens", json={"token": "nonsense"}) as answer:
        assert answer.status == 404


async def test_a_public_address_is_used_in_permalinks(http: aiohttp.ClientSession) -> None:
    settings = SandboxSettings(public_url="http://sandbox.example:8100/")
    with running_sandbox(settings) as running:
        sandbox = Sandbox(running)
        graph = Graph(http, sandbox.graph_url, sandbox.seed_facebook())
        await graph.post(f"{graph.account.id}/feed", message="Hello")
        [post] = sandbox.posts(graph.account.id)
    assert post["permalink"].startswith("http://sandbox.example:8100/")


async def test_processing_can_take_a_while_for_every_container(
    http: aiohttp.ClientSession, image_url: str
) -> None:
    with running_sandbox(SandboxSettings(finish_delay=timedelta(seconds=30))) as running:
        sandbox = Sandbox(running)
        graph = Graph(http, sandbox.graph_url, sandbox.seed_instagram())
        container = await graph.container(image_url)
        assert (await graph.publish(container.id)).error == (9007, 2207027)
        sandbox.advance(31)
        assert (await graph.publish(container.id)).status == 200


async def test_a_picture_that_takes_too_long_is_refused(http: aiohttp.ClientSession) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/slow.jpg"
        with running_sandbox(SandboxSettings(fetch_timeout=timedelta(seconds=0.2))) as running:
            sandbox = Sandbox(running)
            graph = Graph(http, sandbox.graph_url, sandbox.seed_instagram())
            assert (await graph.container(url)).error == (-2, 2207003)


@pytest.mark.slow
async def test_everything_survives_a_kill(
    tmp_path: Path, http: aiohttp.ClientSession, pictures: Pictures
) -> None:
    image_url = pictures.add("kept.jpg", picture())
    with _process(tmp_path) as (sandbox, process):
        graph = Graph(http, sandbox.graph_url, sandbox.seed_instagram())
        published = await graph.publish((await graph.container(image_url, caption="Kept")).id)
        waiting = await graph.container(image_url, caption="Next")
        sandbox.advance(3600)
        sandbox.fault("instagram.list", "error_500_before")
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
    journal = tmp_path / "journal.jsonl"
    with journal.open("a") as torn:
        torn.write('["posts", "1", {"id"')  # what a crash in the middle of a write leaves

    with _process(tmp_path) as (sandbox, _):
        graph = Graph(http, sandbox.graph_url, graph.account)
        [post] = sandbox.posts(text="Kept")
        assert post["id"] == published.id
        async with http.get(_here(sandbox, post["pictures"][0]["url"])) as copy:
            assert await copy.read() == picture()
        assert (await graph.get(f"{graph.account.id}/media")).status == 500
        assert (await graph.publish(waiting.id)).status == 200
        assert len(sandbox.requests(graph.account.id)) == 5
    assert journal.read_text().count('"Kept"') == 2  # compacted: one line for each object


@contextmanager
def _process(state_dir: Path) -> Iterator[tuple[Sandbox, subprocess.Popen[bytes]]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-c", _SERVE, str(port), str(state_dir)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        sandbox = Sandbox(RunningSandbox(f"http://127.0.0.1:{port}"))
        _wait_for(sandbox, process)
        yield sandbox, process
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(sandbox: Sandbox, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            sandbox.requests()
        except URLError:
            assert time.monotonic() < until
            assert process.poll() is None
            time.sleep(0.05)
        else:
            return


def _here(sandbox: Sandbox, url: str) -> str:
    return sandbox.url + "/" + url.split("/", 3)[3]
