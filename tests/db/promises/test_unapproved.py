"""What nobody approved can't be delivered, whatever is written into the tables."""

from __future__ import annotations

from uuid import uuid4

import pytest
from psycopg.errors import (
    CheckViolation,
    ForeignKeyViolation,
    InsufficientPrivilege,
)

from signoff.kernel.people import Actor
from signoff.pipeline.review.submit import submit
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.intruder import (
    APPROVE,
    BORN_APPROVED,
    DECISION,
    DELETE,
    DELIVERY,
    SEAL,
    Intruder,
    withdrawn,
)
from tests.support.posts import approved, in_review, seen, written
from tests.support.raw_sql import execute


async def test_a_draft_has_no_delivery(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    draft = await written(runtime, owner, channel)
    with pytest.raises(CheckViolation, match="not approved"):
        await intruder.tries(DELIVERY, draft)
    with pytest.raises(CheckViolation, match="not approved"):
        await intruder.tries(DELIVERY, draft, seal_id=uuid4())


async def test_a_post_in_review_has_no_delivery_with_another_posts_seal(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    waiting = await in_review(runtime, owner, channel)
    other = await approved(runtime, owner, channel, body="Harmless.")
    with pytest.raises(CheckViolation, match="not approved"):
        await intruder.tries(DELIVERY, waiting, seal_id=other.post.seal_id)
    with pytest.raises(ForeignKeyViolation):
        await intruder.tries(DELIVERY, other, revision_id=waiting.revision.id)


async def test_a_post_is_not_called_approved_without_a_seal_of_its_own(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    waiting = await in_review(runtime, owner, channel)
    other = await approved(runtime, owner, channel, body="Harmless.")
    with pytest.raises(CheckViolation, match="approved_has_seal"):
        await intruder.tries(APPROVE, waiting)
    with pytest.raises(ForeignKeyViolation, match="seal_of_this_revision"):
        await intruder.tries(APPROVE, waiting, seal_id=other.post.seal_id)


async def test_a_draft_does_not_skip_the_review(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    draft = await withdrawn(runtime, owner, await approved(runtime, owner, channel))
    with pytest.raises(CheckViolation, match="does not go from draft to approved"):
        await intruder.tries(APPROVE, draft, seal_id=uuid4())


async def test_a_post_is_not_born_approved(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    with pytest.raises(CheckViolation, match="starts as a draft"):
        await intruder.tries(BORN_APPROVED, await approved(runtime, owner, channel))


async def test_a_withdrawn_seal_is_not_used_again(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    sealed = await approved(runtime, owner, channel)
    await withdrawn(runtime, owner, sealed)
    with pytest.raises(CheckViolation, match="not approved"):
        await intruder.tries(DELIVERY, sealed)
    await submit(runtime, owner, sealed.post.id)
    with pytest.raises(CheckViolation, match="was withdrawn"):
        await intruder.tries(APPROVE, sealed)


async def test_a_withdrawal_is_not_taken_back(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    sealed = await approved(runtime, owner, channel)
    await withdrawn(runtime, owner, sealed)
    with pytest.raises(InsufficientPrivilege):
        await intruder.tries("delete from withdrawals where seal_id = %(seal_id)s", sealed)


async def test_what_was_approved_is_not_deleted(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    sealed = await approved(runtime, owner, channel)
    with pytest.raises(CheckViolation, match="is not deleted"):
        await intruder.tries(DELETE, sealed)
    draft = await withdrawn(runtime, owner, sealed)
    with pytest.raises(CheckViolation, match="is not deleted"):
        await intruder.tries(DELETE, draft)


async def test_a_deleted_post_is_not_sealed(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    waiting = await in_review(runtime, owner, channel)
    decision = uuid4()
    fingerprint = await seen(runtime, owner, waiting.post.id)
    await intruder.tries(DECISION, waiting, id=decision, seen=fingerprint)
    await intruder.tries(DELETE, waiting)
    with pytest.raises(CheckViolation, match="only what is in review"):
        await intruder.tries(SEAL, waiting, decision_id=decision, seen=fingerprint)


async def test_a_table_of_the_same_name_fools_nobody(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    draft = await written(runtime, owner, channel)
    values = intruder.values_of(draft) | {"seal_id": uuid4()}
    async with intruder.sql.transaction(owner.organization_id) as connection:
        await execute(
            connection,
            "create temporary table posts as select %(post_id)s::uuid as id, 'approved' as state,"
            " %(seal_id)s::uuid as seal_id, null::timestamptz as deleted_at",
            **values,
        )
        with pytest.raises(CheckViolation, match="not approved"):
            await execute(connection, DELIVERY, **values)
