"""What Instagram answers isn't believed where it can't be an id."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from aiohttp import web

from signoff.connectors.base import Receipt
from signoff.connectors.errors import Ambiguous, Refused, TryLater
from signoff.connectors.instagram import Instagram
from signoff.http.client import Http
from tests.connectors.graph.world import (
    PUBLIC_URL,
    SHORT,
    Carrier,
    addressed,
    graph_api,
    parcel_for,
    shot,
    source,
)
from tests.support.graph import Pictures
from tests.support.loopback import serving
from tests.support.sandbox import Account, Sandbox

NO_IDS = ["", "..", "me", "1_2", "12\n", "1/media", "\u0661\u0662", None, True]


@pytest.mark.parametrize("id", NO_IDS)
async def test_an_answer_without_an_id_is_never_kept(
    http: Http, account: Account, pictures: Pictures, id: object
) -> None:
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(f"{request.method} {request.path.rpartition('/')[2]}")
        return web.json_response({"id": id})

    async with serving(answer) as url:
        instagram = Instagram(graph_api(http, url), public_url=PUBLIC_URL, times=SHORT)
        taken = shot(pictures)
        parcel = parcel_for(instagram, account, source("Hi", taken), taken)
        carrier = Carrier(instagram, addressed(parcel, urlsplit(url).netloc, account.id))
        with pytest.raises(TryLater, match="no id"):
            await carrier.prepare()
        assert not carrier.kept
        carrier.kept = {"container": "17", "items": [], "made_at": "2026-01-01T00:00:00+00:00"}
        with pytest.raises(Ambiguous, match="names no post"):
            await carrier.commit()
    assert seen == ["GET content_publishing_limit", "POST media", "POST media_publish"]


@pytest.mark.parametrize("id", ["..", "1_2", "me"])
async def test_what_is_no_id_is_not_taken_down(
    instagram: Instagram, account: Account, sandbox: Sandbox, pictures: Pictures, id: str
) -> None:
    taken = shot(pictures)
    parcel = parcel_for(instagram, account, source("Hi", taken), taken)
    with pytest.raises(Refused, match="no id") as problem:
        await instagram.take_down(parcel, Receipt(id, "https://instagram.example/p/1"))
    assert "https://instagram.example/p/1" in problem.value.advice
    assert not sandbox.requests(account.id)
