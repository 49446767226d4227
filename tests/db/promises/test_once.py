"""A post goes out once, and its proof is its own."""

from __future__ import annotations

from typing import Any

import pytest
from psycopg.errors import CheckViolation, ForeignKeyViolation, UniqueViolation

from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support import raw_sql
from tests.support.intruder import DELIVERY, RECEIPT, Intruder, publish_by_hand
from tests.support.posts import approved, scheduled


async def test_a_post_is_delivered_once_per_channel_and_occurrence(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    sealed = await approved(runtime, owner, channel)
    await intruder.tries(DELIVERY, sealed)
    with pytest.raises(UniqueViolation, match="once_per_occurrence"):
        await intruder.tries(DELIVERY, sealed)
    await intruder.tries(DELIVERY, sealed, occurrence=2)


@pytest.mark.parametrize(
    "facts",
    [
        {"state": "publishing"},
        {"state": "published"},
        {"state": "unknown"},
        {"checkpoint": '{"featured_media": 7}'},
        {"lease_token": 1},
    ],
)
async def test_a_delivery_starts_with_nothing_done(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder, facts: dict[str, Any]
) -> None:
    with pytest.raises(CheckViolation):
        await intruder.tries(DELIVERY, await approved(runtime, owner, channel), **facts)


async def test_brand_and_account_are_those_of_the_channel(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    other = await create_brand(runtime, owner, BrandDraft("Bar Luz", "Europe/Madrid"))
    sealed = await approved(runtime, owner, channel)
    for facts in ({"account_key": "another"}, {"brand_id": other.id}):
        with pytest.raises(CheckViolation, match="not those of the channel"):
            await intruder.tries(DELIVERY, sealed, **facts)


async def test_a_receipt_is_the_deliverys_own(
    runtime: Runtime, owner: Actor, channel: Channel, worker_sql: raw_sql.Role
) -> None:
    first, second = [await scheduled(runtime, owner, channel) for _ in range(2)]
    await publish_by_hand(worker_sql, first.id)
    with pytest.raises(ForeignKeyViolation, match="receipt_of_this_delivery"):
        await worker_sql.run(
            "update deliveries set state = 'published', receipt_id = (select id from receipts) where id = %s",
            second.id,
        )


async def test_a_receipt_names_the_account_of_its_delivery(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    app_sql: raw_sql.Role,
    worker_sql: raw_sql.Role,
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    for sql in (app_sql, worker_sql):
        with pytest.raises(ForeignKeyViolation, match="receipt_of_this_account"):
            await sql.run(
                RECEIPT.replace("account_key, '42'", "'another', '42'"),
                delivery.id,
                organization=owner.organization_id,
            )


async def test_published_means_that_there_is_a_receipt(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    app_sql: raw_sql.Role,
    worker_sql: raw_sql.Role,
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    for sql in (app_sql, worker_sql):
        with pytest.raises(CheckViolation, match="published_has_receipt"):
            await sql.run(
                "update deliveries set state = 'published' where id = %s",
                delivery.id,
                organization=owner.organization_id,
            )


async def test_one_platform_post_is_the_receipt_of_one_delivery(
    runtime: Runtime, owner: Actor, channel: Channel, worker_sql: raw_sql.Role
) -> None:
    first, second = [await scheduled(runtime, owner, channel) for _ in range(2)]
    await worker_sql.run(RECEIPT, first.id)
    with pytest.raises(UniqueViolation, match="one_delivery_per_platform_post"):
        await worker_sql.run(RECEIPT, second.id)
