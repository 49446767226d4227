"""A real `signoff serve` that is killed or stopped while it publishes to a real WordPress."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.journeys.steps import approved, connected, read, send, submitted
from tests.support.installation import OWNER, Installation, installed
from tests.support.rest import Caller
from tests.support.waiting import until
from tests.support.wordpress import WordPressSite

pytestmark = [pytest.mark.slow, pytest.mark.server, pytest.mark.timeout(300)]

POSTS = 30
MARK = "Roll no. {number:02} of {run}"


@pytest.fixture
async def signoff() -> AsyncIterator[Installation]:
    """An installation of the test's own, because it is killed."""
    async with installed(SIGNOFF_ALLOW_PRIVATE_ADDRESSES="127.0.0.0/8") as installation:
        await installation.start()
        await installation.found("Casa Luz", OWNER)
        yield installation


async def due_at_once(api: Caller, site: WordPressSite, run: str) -> None:
    """Have 30 approved posts, each due a few seconds after it is placed, however long that takes."""

    def soon() -> str:
        return (datetime.now(UTC) + timedelta(seconds=4)).isoformat()

    brand = (await send(api, "/brands", {"name": run, "time_zone": "Europe/Madrid"}))["id"]
    channel = await connected(api, brand, "wordpress", site.credentials())
    titles = [MARK.format(number=number, run=run) for number in range(POSTS)]
    posts = [await submitted(api, brand, channel, title=title) for title in titles]
    for post in posts[:-1]:
        await approved(api, post)
    for post in posts[:-1]:
        await send(api, f"/posts/{post}/deliveries", {"due_at": soon()})
    await approved(api, posts[-1], {"due_at": soon()})


async def visible(site: WordPressSite, run: str) -> Counter[str]:
    """How often each post of this run can be read."""
    params = {"search": f'"{run}"', "per_page": "100"}
    return Counter(post["title"]["rendered"] for post in await site.call("GET", "posts", params=params))


async def states(api: Caller) -> Counter[str]:
    listed: list[dict[str, Any]] = (await read(api, "/deliveries", limit="100"))["items"]
    return Counter(str(delivery["state"]) for delivery in listed)


async def test_killed_amid_30_commits_all_are_out_once_soon_after_a_restart(
    signoff: Installation, wordpress: WordPressSite, capsys: pytest.CaptureFixture[str]
) -> None:
    api, run = await signoff.token(), f"batch {uuid4().hex}"
    await due_at_once(api, wordpress, run)

    async def some_are_out() -> bool:
        return (await states(api))["published"] >= 4

    await until(some_are_out, within_s=60)
    os.kill(signoff.pid, signal.SIGKILL)
    await signoff.start()
    restarted = time.monotonic()
    out_then = (await states(api))["published"]
    assert out_then < POSTS, "it was killed in the middle"

    async def has_taken_over() -> bool:
        return (await states(api))["publishing"] == 0

    await until(has_taken_over, within_s=70)
    taken_over = time.monotonic() - restarted

    async def is_settled() -> bool:
        return (await states(api))["published"] == POSTS

    await until(is_settled, within_s=120)
    settled = time.monotonic() - restarted
    with capsys.disabled():
        print(  # noqa: T201 - figures that people ask for
            f"\n{POSTS} posts, {out_then} out when killed;"
            f" after the restart taken over in {taken_over:.0f} s, all out in {settled:.0f} s"
        )
    assert sorted((await visible(wordpress, run)).values()) == [1] * POSTS


async def test_asked_to_stop_it_finishes_what_it_holds_and_the_rest_waits(
    signoff: Installation, wordpress: WordPressSite
) -> None:
    api, run = await signoff.token(), f"batch {uuid4().hex}"
    await due_at_once(api, wordpress, run)

    async def some_are_out() -> bool:
        return (await states(api))["published"] >= 4

    await until(some_are_out, within_s=60)
    await signoff.stop()
    assert signoff.process is not None
    assert signoff.process.returncode == 0, signoff.log

    await signoff.start()
    # The rest may be taken up again by the time one asks.
    assert set(await states(api)) <= {"published", "scheduled", "publishing"}, "nothing is left in doubt"

    async def is_out() -> bool:
        return (await states(api))["published"] == POSTS

    await until(is_out, within_s=60)
    assert sorted((await visible(wordpress, run)).values()) == [1] * POSTS
