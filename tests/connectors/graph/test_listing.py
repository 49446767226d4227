"""Reading listings page by page, from a server whose clock and length a test decides."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from aiohttp import web

from signoff.connectors.graph.api import GraphApi, GraphSession
from signoff.connectors.graph.listing import Recent, all_rows, recent_rows
from signoff.http.client import Http
from signoff.kernel.clock import SystemClock
from tests.support.loopback import serving

TOKEN = "EAA-secret"


@asynccontextmanager
async def listing(
    http: Http, moments: list[datetime], *, behind: timedelta = timedelta(0)
) -> AsyncIterator[tuple[GraphSession, list[web.Request]]]:
    """Serve posts of these moments, 50 to a page, by a clock that is behind ours."""
    asked: list[web.Request] = []

    async def answer(request: web.Request) -> web.StreamResponse:
        asked.append(request)
        start = int(request.query.get("after", "0"))
        rows = [
            {"id": str(place), "timestamp": moment.strftime("%Y-%m-%dT%H:%M:%S+0000")}
            for place, moment in enumerate(moments)
        ]
        body: dict[str, object] = {"data": rows[start : start + 50]}
        if start + 50 < len(rows):
            body["paging"] = {
                "cursors": {"after": str(start + 50)},
                "next": f"http://127.0.0.1:9/elsewhere?access_token={TOKEN}",
            }
        date = format_datetime(datetime.now(UTC) - behind, usegmt=True)
        return web.json_response(body, headers={"Date": date})

    async with serving(answer) as url:
        api = GraphApi(http, SystemClock(), url=url, version="v26.0")
        yield api.session("17", TOKEN), asked


async def since(session: GraphSession, minutes: float) -> Recent:
    moment = datetime.now(UTC) - timedelta(minutes=minutes)
    return await recent_rows(session, "media", fields="id", time_field="timestamp", since=moment)


def ago(*minutes: float) -> list[datetime]:
    return [datetime.now(UTC) - timedelta(minutes=one) for one in minutes]


async def test_posts_count_from_a_minute_before(http: Http) -> None:
    async with listing(http, ago(0, 4, 5.5, 6.5, 60)) as (session, _):
        found = await since(session, 5)
    assert [row.id for row in found.rows] == ["0", "1", "2"]
    assert found.is_complete


async def test_reading_ends_with_the_first_page_that_is_older_throughout(http: Http) -> None:
    async with listing(http, ago(*range(200))) as (session, asked):
        found = await since(session, 59.5)
    assert len(found.rows) == 61
    assert found.is_complete
    assert len(asked) == 3


async def test_a_pinned_old_post_does_not_end_the_reading(http: Http) -> None:
    async with listing(http, ago(9000, *range(60))) as (session, _):
        found = await since(session, 120)
    assert len(found.rows) == 60


async def test_more_posts_than_are_read_are_told(http: Http) -> None:
    async with listing(http, ago(*[1] * 700)) as (session, asked):
        found = await since(session, 5)
        assert len(found.rows) == 500
        assert not found.is_complete
        assert len(asked) == 10
        assert len([row async for row in all_rows(session, "media", fields="id")]) == 500


async def test_a_platforms_clock_behind_ours_is_allowed_for_and_one_ahead_is_left_alone(http: Http) -> None:
    async with listing(http, ago(32, 40), behind=timedelta(minutes=30)) as (session, _):
        assert [row.id for row in (await since(session, 5)).rows] == ["0"]
    async with listing(http, ago(4, 7), behind=timedelta(minutes=-30)) as (session, _):
        assert [row.id for row in (await since(session, 5)).rows] == ["0"]


async def test_the_next_page_is_asked_for_by_its_cursor_never_by_the_address_with_the_token(
    http: Http,
) -> None:
    async with listing(http, ago(*[1] * 60)) as (session, asked):
        assert len((await since(session, 5)).rows) == 60
    assert [request.query.get("after") for request in asked] == [None, "50"]
    assert not any(TOKEN in str(request.url) for request in asked)


async def test_a_listing_of_another_form_is_empty(http: Http) -> None:
    for body in ({}, {"data": None}, {"data": ["x", 3]}, {"data": [], "paging": {"next": "x", "cursors": 1}}):

        async def answer(_: web.Request, body: object = body) -> web.StreamResponse:
            return web.json_response(body)

        async with serving(answer) as url:
            api = GraphApi(http, SystemClock(), url=url, version="v26.0")
            assert not (await since(api.session("17", TOKEN), 5)).rows
