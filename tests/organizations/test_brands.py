from __future__ import annotations

import asyncio
from typing import Any

import pytest

from signoff.kernel.errors import Invalid, NotAllowed, NotFound, VersionChanged, WrongState
from signoff.kernel.people import Actor
from signoff.organizations.brands import (
    BrandChanges,
    BrandDraft,
    change_brand,
    create_brand,
    get_brand,
    list_brands,
    remove_brand,
)
from signoff.organizations.channels import list_channels
from signoff.pipeline.schedule.change import cancel
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.posts import scheduled
from tests.support.world import Neighbour

FULL = BrandDraft(
    name=" Casa\x00\nLuz ",
    time_zone="Europe/Madrid",
    website="https://casaluz.example/",
    category="Bakery",
    telephone="+34 911 234 567",
    address={"street": "Calle de la Cava Baja 12", "city": "Madrid", "country": "ES", "region": " "},
    hours=[{"days": "Mo-Fr,Su", "opens": "09:00", "closes": "18:30"}],
    facts={"price of a loaf": 3.5},
    color="#AA3300",
)


async def test_a_brand_keeps_its_profile(runtime: Runtime, owner: Actor, viewer: Actor) -> None:
    created = await create_brand(runtime, owner, FULL)
    brand = await get_brand(runtime, viewer, created.id)
    assert (brand.name, brand.color, brand.version) == ("Casa Luz", "#aa3300", 1)
    assert brand.address == {"street": "Calle de la Cava Baja 12", "city": "Madrid", "country": "ES"}
    assert brand.hours == [{"days": "Mo,Tu,We,Th,Fr,Su", "opens": "09:00", "closes": "18:30"}]
    assert brand.facts == {"price of a loaf": 3.5}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("time_zone", "Madrid"),
        ("time_zone", "../etc/passwd"),
        ("website", "casaluz.example"),
        ("website", "javascript:alert(1)"),
        ("website", "https://"),
        ("category", "a bakery"),
        ("telephone", "call us"),
        ("address", {"planet": "Earth"}),
        ("address", {"city": 5}),
        ("hours", [{"days": "Mo-Fr", "opens": "9", "closes": "18:00"}]),
        ("hours", [{"days": "weekdays", "opens": "09:00", "closes": "18:00"}]),
        ("hours", [{"opens": "09:00", "closes": "18:00"}]),
        ("hours", [{"days": "Mo", "opens": "09:00", "closes": "18:00", "valid_from": "soon"}]),
        ("facts", {"rating": float("nan")}),
        ("facts", {"name": "a\x00b"}),
        ("website", "https://casaluz.example/\x00"),
        ("color", "red"),
        ("late_window_s", 0),
    ],
)
async def test_a_wrong_field_is_named(
    runtime: Runtime, owner: Actor, brand: Brand, field: str, value: Any
) -> None:
    with pytest.raises(Invalid) as refused:
        await change_brand(runtime, owner, brand.id, BrandChanges(**{field: value}), version=1)
    assert [error["field"] for error in refused.value.extra["errors"]] == [field]
    assert (await get_brand(runtime, owner, brand.id)).version == 1


async def test_all_wrong_fields_are_named_at_once(runtime: Runtime, owner: Actor) -> None:
    with pytest.raises(Invalid) as refused:
        await create_brand(runtime, owner, BrandDraft("", "Madrid", color="red"))
    assert {error["field"] for error in refused.value.extra["errors"]} == {"name", "time_zone", "color"}


async def test_what_is_not_given_stays(runtime: Runtime, owner: Actor) -> None:
    brand = await create_brand(runtime, owner, FULL)
    changed = await change_brand(runtime, owner, brand.id, BrandChanges(website=""), version=1)
    assert (changed.website, changed.category, changed.version) == ("", "Bakery", 2)


async def test_two_who_save_at_once_do_not_overwrite_each_other(
    runtime: Runtime, owner: Actor, brand: Brand
) -> None:
    answers = await asyncio.gather(
        *(
            change_brand(runtime, owner, brand.id, BrandChanges(name=f"Casa {number}"), version=1)
            for number in range(2)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, VersionChanged) for answer in answers) == 1
    assert (await get_brand(runtime, owner, brand.id)).version == 2


async def test_only_admins_change_brands(runtime: Runtime, publisher: Actor, brand: Brand) -> None:
    for attempt in (
        create_brand(runtime, publisher, FULL),
        change_brand(runtime, publisher, brand.id, BrandChanges(name="Mine"), version=1),
        remove_brand(runtime, publisher, brand.id),
    ):
        with pytest.raises(NotAllowed):
            await attempt


async def test_a_neighbours_brand_is_not_there(runtime: Runtime, owner: Actor, neighbour: Neighbour) -> None:
    for attempt in (
        get_brand(runtime, owner, neighbour.brand.id),
        change_brand(runtime, owner, neighbour.brand.id, BrandChanges(name="Mine"), version=1),
        remove_brand(runtime, owner, neighbour.brand.id),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await list_brands(runtime, owner) == []
    assert [brand.name for brand in await list_brands(runtime, neighbour.owner)] == ["Bar Sol"]


async def test_a_brand_with_open_deliveries_is_not_removed(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    with pytest.raises(WrongState) as refused:
        await remove_brand(runtime, owner, brand.id)
    assert refused.value.extra["open_deliveries"] == 1
    await cancel(runtime, owner, delivery.id)
    await remove_brand(runtime, owner, brand.id)


async def test_a_removed_brand_is_gone_with_its_channels(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    await remove_brand(runtime, owner, brand.id)
    assert await list_brands(runtime, owner) == []
    assert await list_channels(runtime, owner) == []
    with pytest.raises(NotFound):
        await get_brand(runtime, owner, brand.id)
