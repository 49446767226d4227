"""What Facebook answers isn't believed where it can't be about our post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from signoff.connectors.base import CannotTell, Receipt
from signoff.connectors.errors import Ambiguous, Refused, TryLater
from signoff.connectors.facebook import Facebook
from signoff.http.client import Http
from tests.connectors.graph.world import PUBLIC_URL, SHORT, Carrier, addressed, graph_api, parcel_for, source
from tests.support.loopback import serving
from tests.support.sandbox import Account, Sandbox

DIRECTLY = {"draft_first": False}
OURS = "Open on Sunday"


async def published(http: Http, account: Account, id: object, post: Mapping[str, Any]) -> Receipt:
    """Publish directly to a Page that answers with this id, and shows this post under it."""

    async def answer(request: web.Request) -> web.Response:
        return web.json_response({"id": id} if request.method == "POST" else dict(post))

    async with serving(answer) as url:
        facebook = Facebook(graph_api(http, url), public_url=PUBLIC_URL, times=SHORT)
        parcel = parcel_for(facebook, account, source(OURS), options=DIRECTLY)
        return await facebook.commit(addressed(parcel, urlsplit(url).netloc, account.id), {})


@pytest.mark.parametrize(
    "id", ["", "..", "me", "1_2_3", "12\n", "1/feed", "\u0661\u0662", "999_5", None, True, [], {"id": 1}]
)
async def test_an_id_that_is_no_post_of_this_page_leaves_the_outcome_open(
    http: Http, account: Account, id: object
) -> None:
    with pytest.raises(Ambiguous, match="no post"):
        await published(http, account, id, {"message": OURS})


SHOWN: tuple[Mapping[str, Any], ...] = (
    {},
    {"message": OURS},
    {"message": f" {OURS}\u200b"},
    {"message": None},
    {"message": "In other words"},
)


@pytest.mark.parametrize("post", SHOWN)
async def test_a_post_of_ours_is_believed(http: Http, account: Account, post: Mapping[str, Any]) -> None:
    for id in (f"{account.id}_5", "5"):
        assert (await published(http, account, id, post)).external_id == id


async def test_a_draft_that_was_edited_before_it_went_out_is_for_a_person(
    facebook: Facebook, account: Account, sandbox: Sandbox
) -> None:
    carrier = Carrier(facebook, parcel_for(facebook, account, source(OURS)))
    await carrier.prepare()
    parcel = carrier.parcel
    carrier.parcel = replace(parcel, payload={**parcel.payload, "text": "What was approved"})
    with pytest.raises(Ambiguous, match="another text"):
        await carrier.commit()
    finding = await carrier.look()
    assert isinstance(finding, CannotTell)
    assert finding.is_final
    assert len(sandbox.posts(account.id)) == 1


@pytest.mark.parametrize("id", ["..", "999_5"])
async def test_what_is_no_post_of_this_page_is_not_taken_down(
    facebook: Facebook, account: Account, sandbox: Sandbox, id: str
) -> None:
    parcel = parcel_for(facebook, account, source(OURS))
    with pytest.raises(Refused, match="no id") as problem:
        await facebook.take_down(parcel, Receipt(id, "https://facebook.example/post"))
    assert "https://facebook.example/post" in problem.value.advice
    assert not sandbox.requests(account.id)


async def test_a_listed_post_without_an_id_tells_nothing(http: Http, account: Account) -> None:
    async def answer(_: web.Request) -> web.Response:
        row = {"id": "..", "permalink_url": "https://facebook.example/5", "message": OURS}
        return web.json_response({"data": [row]})

    async with serving(answer) as url:
        facebook = Facebook(graph_api(http, url), public_url=PUBLIC_URL, times=SHORT)
        parcel = addressed(parcel_for(facebook, account, source(OURS)), urlsplit(url).netloc, account.id)
        with pytest.raises(TryLater, match="not under an id"):
            await facebook.find(parcel, "https://facebook.example/5")
