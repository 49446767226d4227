"""Two transactions at once: whoever comes second reads what the first one committed."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from psycopg.errors import CheckViolation

from signoff.kernel.people import Actor
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.intruder import (
    DECISION,
    DELIVERY,
    SEAL,
    VARIANT,
    Intruder,
    is_waiting,
    withdrawn,
)
from tests.support.posts import approved, in_review, seen
from tests.support.raw_sql import execute
from tests.support.waiting import until
from tests.support.world import connect_board


async def test_a_variant_added_while_the_post_is_sealed_is_refused(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel, intruder: Intruder
) -> None:
    second = await connect_board(runtime, owner, brand, "mercado")
    waiting = await in_review(runtime, owner, channel)
    fingerprint = await seen(runtime, owner, waiting.post.id)
    values = intruder.values_of(waiting) | {"seen": fingerprint, "decision_id": uuid4()}
    async with intruder.sql.transaction(owner.organization_id) as sealing:
        await execute(sealing, DECISION, **values | {"id": values["decision_id"]})
        await execute(sealing, SEAL, **values)
        late = intruder.tries(
            VARIANT, waiting, channel_id=second.id, canonical=f'{{"channel_id":"{second.id}"}}'
        )
        adding = asyncio.create_task(late)
        await until(lambda: is_waiting(intruder.sql))
    with pytest.raises(CheckViolation, match="was sealed already"):
        await adding


async def test_a_seal_made_while_a_variant_is_added_is_refused(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel, intruder: Intruder
) -> None:
    second = await connect_board(runtime, owner, brand, "mercado")
    waiting = await in_review(runtime, owner, channel)
    fingerprint = await seen(runtime, owner, waiting.post.id)
    decision = uuid4()
    await intruder.tries(DECISION, waiting, id=decision, seen=fingerprint)
    async with intruder.sql.transaction(owner.organization_id) as adding:
        extra = {"channel_id": second.id, "canonical": f'{{"channel_id":"{second.id}"}}'}
        await execute(adding, VARIANT, **intruder.values_of(waiting) | extra)
        sealing = asyncio.create_task(intruder.tries(SEAL, waiting, decision_id=decision, seen=fingerprint))
        await until(lambda: is_waiting(intruder.sql))
    with pytest.raises(CheckViolation, match="does not match the stored variants"):
        await sealing


async def test_a_delivery_made_while_the_approval_is_withdrawn_is_refused(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    sealed = await approved(runtime, owner, channel)
    async with intruder.sql.transaction(owner.organization_id) as withdrawing:
        await execute(
            withdrawing,
            "update posts set state = 'draft', seal_id = null where id = %s",
            sealed.post.id,
        )
        placing = asyncio.create_task(intruder.tries(DELIVERY, sealed))
        await until(lambda: is_waiting(intruder.sql))
    with pytest.raises(CheckViolation, match="not approved"):
        await placing


async def test_a_withdrawal_waits_for_a_delivery_that_is_being_made(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    sealed = await approved(runtime, owner, channel)
    async with intruder.sql.transaction(owner.organization_id) as placing:
        await execute(placing, DELIVERY, **intruder.values_of(sealed))
        withdrawing = asyncio.create_task(withdrawn(runtime, owner, sealed))
        await until(lambda: is_waiting(intruder.sql))
    post = await withdrawing
    assert [view.delivery.state for view in post.deliveries] == ["cancelled"]
