"""Lists come in pages: nothing is left out or shown twice, whatever the size of a page."""

from __future__ import annotations

from typing import Any

import pytest

from signoff.connectors.budgets import Told
from signoff.kernel.people import Actor, Role
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.organizations.tokens import create_token
from signoff.pipeline.schedule.pause import pause
from signoff.records.budgets.usage import Use, count_uses
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.rest import Caller
from tests.support.world import Join, Neighbour, connect_board

NAMES = ["Ávila", "amber", "Bread", "bread", "Zoë", "zoo"]


async def paged(api: Caller, path: str, **narrowed: str) -> list[dict[str, Any]]:
    """All items of a list, two at a time."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await api.get(path, limit="2", **narrowed, **cursor)).json
        assert len(page["items"]) <= 2
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        assert len(page["items"]) == 2
        cursor = {"cursor": page["next_cursor"]}


@pytest.fixture
async def many(runtime: Runtime, owner: Actor, brand: Brand, join: Join) -> None:
    """Several of everything, with names that differ in nothing but their capitals."""
    boards = [await connect_board(runtime, owner, brand, name) for name in NAMES]
    for name, board in zip(NAMES, boards, strict=True):
        await create_brand(runtime, owner, BrandDraft(name, "Europe/Madrid"))
        await create_token(runtime, owner, name, ["read"])
        await pause(runtime, owner, "channel", board.id, reason=name)
    for role in (Role.VIEWER, Role.AUTHOR, Role.REVIEWER, Role.ADMIN):
        await join(role)


@pytest.mark.parametrize("path", ["/brands", "/channels", "/members", "/tokens", "/pauses", "/budgets"])
async def test_two_at_a_time_make_the_same_list(owner_api: Caller, many: None, path: str) -> None:
    whole = (await owner_api.get(path, limit="100")).json
    assert whole["next_cursor"] is None
    assert len(whole["items"]) > 4
    assert await paged(owner_api, path) == whole["items"]
    wrong = await owner_api.get(path, cursor="nonsense")
    assert (wrong.status, wrong.json["errors"][0]["field"]) == (422, "cursor")
    assert (await owner_api.get(path, limit="101")).status == 422


async def test_a_brands_lists_are_paged_as_well(
    runtime: Runtime, owner: Actor, owner_api: Caller, brand: Brand, many: None
) -> None:
    other = await create_brand(runtime, owner, BrandDraft("Casa Mar", "Europe/Madrid"))
    await connect_board(runtime, owner, other, "mercado")
    names = {f"Board {name}" for name in NAMES}
    assert {each["name"] for each in await paged(owner_api, f"/brands/{brand.id}/channels")} == names
    budgets = await paged(owner_api, "/budgets", brand=str(brand.id))
    assert {each["channel_name"] for each in budgets} == names
    assert {each["brand_name"] for each in budgets} == {brand.name}


async def test_a_budget_tells_what_is_used_by_whomever_and_what_it_waits_for(
    runtime: Runtime, owner_api: Caller, channel: Channel, neighbour: Neighbour
) -> None:
    theirs = await connect_board(runtime, neighbour.owner, neighbour.brand)
    assert theirs.account_key == channel.account_key
    async with runtime.worker_transaction() as tx:
        await count_uses(
            tx,
            [Use(theirs.account_key, theirs.id, 3, Told(account_percent=80, posts_limit=25, posts_used=4))],
        )

    (budget,) = (await owner_api.get("/budgets")).json["items"]

    assert budget["posts_24h"] == {"used": 4, "planned": 0, "limit": 25}
    assert (budget["calls_1h"], budget["platform_percent"]) == (None, 80)
    assert budget["waiting"] == "Waiting for budget: 80 % of what the platform allows are used"
    assert budget["waiting_until"]
    assert (budget["channel_id"], budget["account_key"]) == (str(channel.id), channel.account_key)
