"""A process that dies at any call of an attempt: what comes after it makes one post, not two."""

from __future__ import annotations

import asyncio
from typing import get_args
from urllib.parse import urlsplit

import pytest

from signoff.connectors.errors import Refused
from signoff.connectors.facebook import Facebook
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
from tests.support.faults import Fault, FaultyProxy, at, faulty_proxy
from tests.support.graph import Pictures
from tests.support.sandbox import Account, Sandbox

pytestmark = pytest.mark.slow

PLATFORMS: dict[str, type[Instagram | Facebook]] = {"instagram": Instagram, "facebook": Facebook}
KILLS: tuple[Fault, ...] = ("kill before", "kill after")
FAULTS: tuple[Fault, ...] = tuple(fault for fault in get_args(Fault) if fault not in KILLS)


class Journey:
    """Parcels for fresh accounts of one platform, carried through a proxy that fails on request."""

    def __init__(
        self, platform: str, http: Http, sandbox: Sandbox, pictures: Pictures, proxy: FaultyProxy
    ) -> None:
        self.platform, self.sandbox, self.pictures, self.proxy = platform, sandbox, pictures, proxy
        self.connector = PLATFORMS[platform](
            graph_api(http, f"{proxy.url}/graph"), public_url=PUBLIC_URL, times=SHORT
        )

    def begin(self) -> tuple[Carrier, Account]:
        seed = getattr(self.sandbox, f"seed_{self.platform}")
        account: Account = seed(name="Casa Luz", username="casaluz")
        taken = [shot(self.pictures, colour) for colour in ("red", "green")]
        parcel = parcel_for(self.connector, account, source("Two colours", *taken), *taken)
        self.proxy.calls.clear()
        return Carrier(
            self.connector, addressed(parcel, urlsplit(self.proxy.url).netloc, account.id)
        ), account

    async def calls_of_one_way(self) -> int:
        carrier, _ = self.begin()
        await carrier.until_out()
        return len(self.proxy.calls)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("fault", KILLS)
async def test_a_kill_at_any_call_ends_with_exactly_one_post(
    http: Http, sandbox: Sandbox, pictures: Pictures, platform: str, fault: Fault
) -> None:
    async with faulty_proxy(sandbox.url) as proxy:
        journey = Journey(platform, http, sandbox, pictures, proxy)
        for place in range(await journey.calls_of_one_way()):
            carrier, account = journey.begin()
            proxy.plan = at(place, fault)
            proxy.victim = asyncio.create_task(carrier.attempt())
            await asyncio.wait([proxy.victim])
            assert proxy.victim.cancelled()
            receipt = await carrier.until_out()
            posts = [post["id"] for post in sandbox.posts(account.id)]
            assert posts == [receipt.external_id], proxy.calls[place]


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_pair_of_faults_ends_with_exactly_one_post(
    http: Http, sandbox: Sandbox, pictures: Pictures, platform: str, fault: Fault
) -> None:
    async with faulty_proxy(sandbox.url) as proxy:
        journey = Journey(platform, http, sandbox, pictures, proxy)
        for place in range(await journey.calls_of_one_way()):
            carrier, account = journey.begin()
            proxy.plan = lambda number, _call, place=place: fault if number in {place, place + 1} else None  # type: ignore[misc]
            receipt = await carrier.until_out()
            posts = [post["id"] for post in sandbox.posts(account.id)]
            assert posts == [receipt.external_id], proxy.calls[place]


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_what_was_approved_for_one_place_goes_to_no_other(
    http: Http, sandbox: Sandbox, pictures: Pictures, platform: str
) -> None:
    async with faulty_proxy(sandbox.url) as proxy:
        carrier, account = Journey(platform, http, sandbox, pictures, proxy).begin()
        here = carrier.parcel.link.account
        for host, remote_id in (("graph.facebook.com", account.id), (here.host, "12345")):
            carrier.parcel = addressed(carrier.parcel, host, remote_id)
            with pytest.raises(Refused, match="would go to"):
                await carrier.prepare()
            with pytest.raises(Refused, match="would go to"):
                await carrier.commit()
        assert not proxy.calls
