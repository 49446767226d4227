"""Each fault at each call, and a kill at each call: one visible post in the end, whatever was lost."""

from __future__ import annotations

import asyncio
from typing import get_args

import pytest

from signoff.connectors.wordpress.connector import WordPress
from signoff.http.client import Http
from signoff.kernel.clock import SystemClock
from tests.connectors.wordpress.world import Carrier, parcel_for, through
from tests.support.faults import Fault, FaultyProxy, at, faulty_proxy
from tests.support.wordpress import WordPressSite

pytestmark = [pytest.mark.server, pytest.mark.slow]

KILLS: tuple[Fault, ...] = ("kill before", "kill after")
FAULTS: tuple[Fault, ...] = tuple(fault for fault in get_args(Fault) if fault not in KILLS)


async def calls_of_one_way(
    http: Http, wordpress: WordPressSite, proxy: FaultyProxy, options: dict[str, str]
) -> int:
    connector = WordPress(http, SystemClock())
    parcel = through(parcel_for(connector, wordpress.credentials(), "brown", options=options), proxy.url)
    await Carrier(connector, parcel).until_out()
    return len(proxy.calls)


async def assert_once(wordpress: WordPressSite, parcel_key: str, external_id: str, what: str) -> None:
    posts = await wordpress.having(parcel_key)
    public = [str(post["id"]) for post in posts if post["status"] == "publish"]
    assert public == [external_id], what


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_at_any_call_ends_with_exactly_one_post(
    http_to_loopback: Http, wordpress: WordPressSite, fault: Fault
) -> None:
    async with faulty_proxy(wordpress.url) as proxy:
        for place in range(await calls_of_one_way(http_to_loopback, wordpress, proxy, {})):
            connector = WordPress(http_to_loopback, SystemClock())
            parcel = through(parcel_for(connector, wordpress.credentials(), "brown"), proxy.url)
            carrier = Carrier(connector, parcel)
            proxy.calls.clear()
            proxy.plan = at(place, fault)
            receipt = await carrier.until_out()
            await assert_once(wordpress, parcel.key, receipt.external_id, f"{fault} at {proxy.calls[place]}")


@pytest.mark.parametrize("memory", ["with the last checkpoint", "with nothing left"])
@pytest.mark.parametrize("fault", KILLS)
async def test_a_kill_at_any_call_ends_with_exactly_one_post(
    http_to_loopback: Http, wordpress: WordPressSite, fault: Fault, memory: str
) -> None:
    async with faulty_proxy(wordpress.url) as proxy:
        for place in range(await calls_of_one_way(http_to_loopback, wordpress, proxy, {})):
            connector = WordPress(http_to_loopback, SystemClock())
            parcel = through(parcel_for(connector, wordpress.credentials(), "brown"), proxy.url)
            carrier = Carrier(connector, parcel)
            proxy.calls.clear()
            proxy.plan = at(place, fault)
            proxy.victim = asyncio.create_task(carrier.attempt())
            await asyncio.wait([proxy.victim])
            assert proxy.victim.cancelled()

            if memory == "with nothing left":  # a restored backup: everything open counts as in doubt
                carrier.kept, carrier.in_doubt = {}, True
            receipt = await carrier.until_out()
            await assert_once(wordpress, parcel.key, receipt.external_id, f"{fault} at {proxy.calls[place]}")
            assert len(await wordpress.pictures_of(parcel.key)) == 1


@pytest.mark.parametrize("fault", ["lose answer", "garbage answer", "502 after effect"])
async def test_a_channel_that_ends_as_draft_makes_one_draft(
    http_to_loopback: Http, wordpress: WordPressSite, fault: Fault
) -> None:
    options = {"publish_as": "draft"}
    async with faulty_proxy(wordpress.url) as proxy:
        for place in range(await calls_of_one_way(http_to_loopback, wordpress, proxy, options)):
            connector = WordPress(http_to_loopback, SystemClock())
            parcel = through(
                parcel_for(connector, wordpress.credentials(), "brown", options=options), proxy.url
            )
            proxy.calls.clear()
            proxy.plan = at(place, fault)
            receipt = await Carrier(connector, parcel).until_out()
            assert not receipt.is_public
            posts = [(str(post["id"]), post["status"]) for post in await wordpress.having(parcel.key)]
            assert posts == [(receipt.external_id, "draft")], f"{fault} at {proxy.calls[place]}"
