"""What was approved stays what it was."""

from __future__ import annotations

from uuid import uuid4

import pytest
from psycopg.errors import (
    CheckViolation,
    ForeignKeyViolation,
    InsufficientPrivilege,
    NotNullViolation,
    UniqueViolation,
)

from signoff.kernel.people import Actor
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.records.states import Verdict
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.intruder import (
    DECISION,
    DELIVERY,
    FAKE_HASH,
    SEAL,
    VARIANT,
    Intruder,
    withdrawn,
)
from tests.support.posts import approved, in_review, seen, written
from tests.support.raw_sql import execute
from tests.support.world import connect_board


async def test_a_seal_fits_the_stored_variants_only(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    waiting = await in_review(runtime, owner, channel)
    decision = uuid4()
    await intruder.tries(DECISION, waiting, id=decision, seen=FAKE_HASH)
    with pytest.raises(CheckViolation, match="does not match the stored variants"):
        await intruder.tries(SEAL, waiting, decision_id=decision, seen=FAKE_HASH)


async def test_a_seal_needs_a_decision_that_approves_that_very_revision(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    waiting = await in_review(runtime, owner, channel)
    fingerprint = await seen(runtime, owner, waiting.post.id)
    against = uuid4()
    await intruder.tries(DECISION, waiting, id=against, verdict="skip", seen=fingerprint)
    with pytest.raises(CheckViolation, match="approved by 0, and 1 are needed"):
        await intruder.tries(SEAL, waiting, decision_id=against, seen=fingerprint)
    approving = uuid4()
    await intruder.tries(DECISION, waiting, id=approving, seen=fingerprint)
    with pytest.raises(ForeignKeyViolation):
        await intruder.tries(SEAL, waiting, decision_id=against, seen=fingerprint)
    with pytest.raises(CheckViolation):
        await intruder.tries(SEAL, waiting, decision_id=against, verdict="skip", seen=fingerprint)
    with pytest.raises(NotNullViolation):
        await intruder.tries(SEAL, waiting, seen=fingerprint)
    other = await approved(runtime, owner, channel, body="Harmless.")
    assert other.seal
    with pytest.raises((ForeignKeyViolation, UniqueViolation)):
        await intruder.tries(SEAL, waiting, decision_id=other.seal.decision_id, seen=fingerprint)


async def test_nothing_is_added_to_what_was_sealed(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel, intruder: Intruder
) -> None:
    second = await connect_board(runtime, owner, brand, "mercado")
    sealed = await approved(runtime, owner, channel)
    with pytest.raises(CheckViolation, match="was sealed already"):
        await intruder.tries(
            VARIANT, sealed, channel_id=second.id, canonical=f'{{"channel_id":"{second.id}"}}'
        )
    with pytest.raises(ForeignKeyViolation):
        await intruder.tries(DELIVERY, sealed, channel_id=second.id)


async def test_a_variant_says_for_which_channel_it_is(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel, intruder: Intruder
) -> None:
    second = await connect_board(runtime, owner, brand, "mercado")
    draft = await written(runtime, owner, channel)
    with pytest.raises(CheckViolation, match="says_its_channel"):
        await intruder.tries(VARIANT, draft, canonical=f'{{"channel_id":"{second.id}"}}')


async def test_an_older_approval_does_not_serve_a_newer_revision(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    first = await approved(runtime, owner, channel)
    draft = await withdrawn(runtime, owner, first)
    await edit_post(runtime, owner, draft.post.id, {"body": "Newer."}, version=draft.post.version)
    await submit(runtime, owner, draft.post.id)
    fingerprint = await seen(runtime, owner, draft.post.id)
    second = (await decide(runtime, owner, draft.post.id, Verdict.APPROVE, seen=fingerprint)).post
    with pytest.raises(CheckViolation, match="not approved"):
        await intruder.tries(DELIVERY, second, seal_id=first.post.seal_id)
    with pytest.raises(ForeignKeyViolation):
        await intruder.tries(DELIVERY, second, revision_id=first.revision.id)


@pytest.mark.parametrize("state", ["in_review", "approved"])
async def test_what_is_reviewed_or_approved_is_not_edited(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder, state: str
) -> None:
    make = in_review if state == "in_review" else approved
    view = await make(runtime, owner, channel)
    newer = uuid4()
    async with intruder.sql.transaction(owner.organization_id) as connection:
        await execute(
            connection,
            "insert into revisions (id, organization_id, post_id, number, body)"
            " values (%s, %s, %s, 99, 'Something else.')",
            newer,
            owner.organization_id,
            view.post.id,
        )
        with pytest.raises(CheckViolation, match="only a draft is edited"):
            await execute(connection, "update posts set revision_id = %s where id = %s", newer, view.post.id)


@pytest.mark.parametrize(
    "statement",
    [
        "update revisions set body = 'Something else.' where id = %(revision_id)s",
        "update variants set canonical = '{}' where revision_id = %(revision_id)s",
        "delete from variants where revision_id = %(revision_id)s",
        "update decisions set verdict = 'approve' where post_id = %(post_id)s",
        "update seals set hash = %(seen)s where id = %(seal_id)s",
        "update deliveries set seal_id = %(seal_id)s where post_id = %(post_id)s",
        "update deliveries set channel_id = %(channel_id)s where post_id = %(post_id)s",
        "update deliveries set post_id = %(post_id)s where post_id = %(post_id)s",
        "update deliveries set revision_id = %(revision_id)s where post_id = %(post_id)s",
        "update deliveries set account_key = 'another' where post_id = %(post_id)s",
        "update media set digest = %(seen)s",
    ],
)
async def test_what_is_on_record_is_not_changed(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder, *, statement: str
) -> None:
    with pytest.raises(InsufficientPrivilege):
        await intruder.tries(statement, await approved(runtime, owner, channel))
