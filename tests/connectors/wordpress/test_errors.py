"""Each refusal of a real WordPress, and on the wire those that a healthy site doesn't give."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from signoff.connectors.base import CannotTell, Doubt, Parcel, Receipt
from signoff.connectors.errors import Ambiguous, ConnectorError, Reconnect, Refused, Throttled, TryLater
from signoff.connectors.wordpress.connector import WordPress
from signoff.http.client import Http
from signoff.kernel.clock import SystemClock
from tests.connectors.wordpress.world import NOW, Carrier, parcel_for
from tests.support.loopback import read_request, reset, serving, talking
from tests.support.wordpress import WordPressSite

CREDENTIALS = {"username": "u", "application_password": "hush hush hush"}


def as_user(parcel: Parcel, credentials: dict[str, str]) -> Parcel:
    return replace(parcel, link=replace(parcel.link, credentials=credentials))


@pytest.mark.server
async def test_a_revoked_password_asks_to_reconnect_in_every_phase(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    parcel = parcel_for(connector, wordpress.credentials())
    carrier = Carrier(connector, parcel)
    ready = await connector.prepare(parcel, {}, carrier.keep)
    receipt = Receipt(str(ready["post_id"]), "", {"type": "post"})
    revoked = as_user(parcel, {**wordpress.credentials(), "application_password": "wrong"})
    with pytest.raises(Ambiguous, match="doesn't accept the login"):  # until a look has shown the draft
        await connector.commit(revoked, ready)
    for step in (
        connector.prepare(revoked, {}, carrier.keep),
        connector.prepare(revoked, ready, carrier.keep),
        connector.take_down(revoked, receipt),
        connector.clean_up(revoked, ready),
    ):
        with pytest.raises(Reconnect, match="doesn't accept the login") as refused:
            await step
        assert "application password" in refused.value.advice
    (post,) = await wordpress.having(parcel.key)
    assert post["status"] == "draft"


@pytest.mark.server
async def test_a_user_without_the_right_asks_to_reconnect(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    carrier = Carrier(connector, parcel_for(connector, wordpress.credentials("subscriber")))
    with pytest.raises(Reconnect, match="doesn't allow") as refused:
        await connector.prepare(carrier.parcel, {}, carrier.keep)
    assert "role" in refused.value.advice

    parcel = parcel_for(connector, wordpress.credentials("editor"), options={"post_type": "pages"})
    ready = await connector.prepare(parcel, {}, carrier.keep)
    with pytest.raises(Ambiguous) as doubt:
        await connector.commit(as_user(parcel, wordpress.credentials("author")), ready)
    assert doubt.value.code == "rest_cannot_edit"


@pytest.mark.server
async def test_a_file_that_wordpress_never_takes_is_refused_although_it_says_500(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    parcel = parcel_for(connector, wordpress.credentials(), "brown")
    odd = replace(parcel.pictures[0], media_type="application/x-msdownload")
    carrier = Carrier(connector, replace(parcel, pictures=(odd,)))
    with pytest.raises(Refused, match="not allowed to upload this file type") as refused:
        await connector.prepare(carrier.parcel, {}, carrier.keep)
    assert "JPEG" in refused.value.advice
    assert await wordpress.having(parcel.key) == []


@pytest.mark.server
@pytest.mark.parametrize(
    ("payload", "named"),
    [
        ({"text": "<p>Our film</p><iframe src='https://film.test/'></iframe>"}, "content"),
        ({"text": "<p onclick='x()'>Bread</p>"}, "content"),
    ],
)
async def test_what_wordpress_would_change_is_not_published(
    connector: WordPress, wordpress: WordPressSite, payload: dict[str, Any], named: str
) -> None:
    parcel = parcel_for(connector, wordpress.credentials("author"))
    carrier = Carrier(connector, replace(parcel, payload={**parcel.payload, **payload}))
    for _ in range(2):  # a retry says the same, not that somebody edited it
        with pytest.raises(Refused, match=f"doesn't keep the text as approved: {named}") as refused:
            await connector.prepare(carrier.parcel, carrier.kept, carrier.keep)
        assert "role Editor" in refused.value.advice
    (post,) = await wordpress.having(parcel.key)
    assert post["status"] == "draft"


@pytest.mark.server
async def test_a_commit_to_a_deleted_post_is_left_to_a_person(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    parcel = parcel_for(connector, wordpress.credentials())
    ready = await connector.prepare(parcel, {}, Carrier(connector, parcel).keep)
    await wordpress.call("DELETE", f"posts/{ready['post_id']}", params={"force": "true"})
    with pytest.raises(Ambiguous) as doubt:
        await connector.commit(parcel, ready)
    assert doubt.value.code == "rest_post_invalid_id"
    finding = await connector.reconcile(parcel, ready, Doubt(NOW, is_settled=True))
    assert finding == CannotTell("The post was deleted in WordPress.", is_final=True)


@pytest.mark.server
async def test_another_site_behind_the_same_address_is_refused(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    parcel = parcel_for(connector, wordpress.credentials())
    moved = replace(
        parcel, link=replace(parcel.link, account=replace(parcel.link.account, host="other.test"))
    )
    with pytest.raises(Refused, match="another site"):
        await connector.prepare(moved, {}, Carrier(connector, moved).keep)


async def test_an_address_in_a_private_network_is_refused(wordpress_at_nowhere: Parcel) -> None:
    http = Http()
    try:
        connector = WordPress(http, SystemClock())
        with pytest.raises(Refused, match="isn't public") as refused:
            await connector.check(wordpress_at_nowhere.link.credentials, {})
        assert "SIGNOFF_ALLOW_PRIVATE_ADDRESSES" in refused.value.advice
    finally:
        await http.close()


async def test_a_site_that_is_down_is_tried_later(connector: WordPress, wordpress_at_nowhere: Parcel) -> None:
    parcel = wordpress_at_nowhere
    with pytest.raises(TryLater):
        await connector.check(parcel.link.credentials, {})
    ready = {
        "root": f"{parcel.link.credentials['site_url']}/wp-json/",
        "post_id": 1,
        "found": "draft",
        "media": {},
    }
    with pytest.raises(TryLater, match="No connection"):
        await connector.commit(parcel, ready)


@pytest.fixture
async def wordpress_at_nowhere(connector: WordPress) -> Parcel:
    async def nothing(_: web.Request) -> web.Response:
        return web.Response()

    async with serving(nothing) as url:
        return parcel_for(connector, {**CREDENTIALS, "site_url": url})


def complaint(status: int, code: str, message: str = "No.", **data: Any) -> tuple[int, str, dict[str, str]]:
    return status, json.dumps({"code": code, "message": message, "data": {"status": status, **data}}), {}


HTML = "<html><h1>Attention required!</h1></html>"
WAIT = {"Retry-After": "600"}
MISSING = {"content": "content is not of type object."}

ROWS = [
    (complaint(401, "rest_not_logged_in"), Reconnect),
    (complaint(401, "rest_cannot_create"), Reconnect),
    (complaint(401, "rest_forbidden_context"), Reconnect),
    (complaint(401, "incorrect_password"), Reconnect),
    (complaint(401, "invalid_username"), Reconnect),
    (complaint(401, "application_passwords_disabled"), Reconnect),
    (complaint(403, "rest_cannot_publish"), Reconnect),
    (complaint(403, "rest_cannot_edit"), Reconnect),
    (complaint(403, "rest_cannot_edit_others"), Reconnect),
    (complaint(403, "rest_user_cannot_delete_post"), Reconnect),
    (complaint(403, "rest_cannot_assign_term"), Reconnect),
    (complaint(400, "rest_invalid_param", params=MISSING), Refused),
    (complaint(400, "rest_missing_callback_param"), Refused),
    (complaint(400, "rest_invalid_json"), Refused),
    (complaint(400, "rest_invalid_field"), Refused),
    (complaint(400, "rest_invalid_author"), Refused),
    (complaint(400, "empty_content"), Refused),
    (complaint(400, "rest_upload_file_too_big"), Refused),
    (complaint(400, "rest_upload_limited_space"), Refused),
    (complaint(404, "rest_no_route"), Refused),
    (complaint(412, "rest_upload_hash_mismatch"), TryLater),
    (complaint(500, "rest_upload_sideload_error", "No such file type."), Refused),
    (complaint(500, "rest_upload_unknown_error", "Disk error."), TryLater),
    (complaint(500, "db_insert_error"), TryLater),
    ((413, HTML, {}), Refused),
    ((415, HTML, {}), Refused),
    ((429, HTML, WAIT), Throttled),
    ((429, "{}", {}), Throttled),
    ((503, HTML, WAIT), Throttled),
    ((503, HTML, {}), TryLater),
    ((403, HTML, {}), Refused),
    ((406, HTML, {}), Refused),
    ((200, HTML, {}), Refused),
    ((200, "", {}), Refused),
    ((200, '{"id": "x"}', {}), Refused),
    ((200, '{"id": 1', {}), Refused),
    ((204, "", {}), Refused),
    ((408, HTML, {}), TryLater),
    ((500, HTML, {}), TryLater),
    ((502, HTML, {}), TryLater),
    ((504, HTML, {}), TryLater),
    ((520, HTML, {}), TryLater),
    ((524, HTML, {}), TryLater),
    ((301, "", {"Location": "https://www.bakery.test/"}), Refused),
    ((302, "", {"Location": "https://www.bakery.test/"}), Refused),
    ((307, "", {"Location": "https://www.bakery.test/"}), Refused),
]


@pytest.mark.parametrize(
    ("answer", "before"),
    ROWS,
    ids=[f"{a[0]} {a[1][9:36] or 'empty'} {a[2] or ''}" for a, *_ in ROWS],
)
async def test_each_refusal_says_what_to_do_and_leaves_a_commit_in_doubt(
    connector: WordPress, answer: tuple[int, str, dict[str, str]], before: type[ConnectorError]
) -> None:
    written: list[str] = []

    async def site(request: web.Request) -> web.Response:
        if request.method == "GET":
            return _healthy(request)
        written.append(request.path)
        status, body, headers = answer
        return web.Response(status=status, text=body, headers=headers, content_type="application/json")

    async with serving(site) as url:
        parcel = parcel_for(connector, {**CREDENTIALS, "site_url": url})
        with pytest.raises(before) as refused:
            await connector.prepare(parcel, {}, Carrier(connector, parcel).keep)
        _assert_useful(refused.value)
        before_commit = len(written)
        ready = {"root": f"{url}/wp-json/", "post_id": 7, "found": "draft", "media": {}}
        with pytest.raises(Ambiguous) as doubt:
            await connector.commit(parcel, ready)
        _assert_useful(doubt.value)
        assert len(written) == before_commit + 1  # one call, whatever the answer


def _assert_useful(problem: ConnectorError) -> None:
    assert problem.detail
    assert "hush" not in problem.detail + problem.advice
    assert "<" not in problem.detail
    if isinstance(problem, (Reconnect, Refused)):
        assert problem.advice
    if isinstance(problem, Throttled):
        expected = timedelta(minutes=5), timedelta(minutes=10)
        wait = problem.not_before - SystemClock().now()
        assert any(timedelta(0) <= around - wait < timedelta(seconds=10) for around in expected)


@pytest.mark.parametrize("broken", ["reset", "hang up"])
async def test_a_commit_without_an_answer_is_in_doubt(connector: WordPress, broken: str) -> None:
    requests: list[bytes] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await read_request(reader))
        if broken == "reset":
            reset(writer)

    async with talking(meet) as url:
        parcel = parcel_for(connector, {**CREDENTIALS, "site_url": url})
        with pytest.raises(Ambiguous):
            await connector.commit(
                parcel, {"root": f"{url}/wp-json/", "post_id": 7, "found": "draft", "media": {}}
            )
    assert len(requests) == 1


@pytest.mark.parametrize("status", ["future", "pending", "draft"])
async def test_an_answer_that_is_not_public_is_no_success(connector: WordPress, status: str) -> None:
    post = {"id": 7, "slug": "s", "status": status, "link": "https://x.test/?p=7", "content": {"raw": "x"}}

    async def site(_: web.Request) -> web.Response:
        return web.json_response(post)

    async with serving(site) as url:
        parcel = parcel_for(connector, {**CREDENTIALS, "site_url": url})
        with pytest.raises(Ambiguous, match=status):
            await connector.commit(
                parcel, {"root": f"{url}/wp-json/", "post_id": 7, "found": "draft", "media": {}}
            )


def _healthy(request: web.Request) -> web.Response:
    if request.path == "/":
        host = request.host
        return web.Response(
            text="Home", headers={"Link": f'<http://{host}/wp-json/>; rel="https://api.w.org/"'}
        )
    return web.json_response([])
