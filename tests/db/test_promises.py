"""Trying to get out what nobody approved, or something else than was approved, with raw SQL; each is refused.

Whoever holds the application's password can write what the application writes. What the database keeps by
itself: nothing is delivered without a seal, and a seal fits only the stored variants of an approved revision.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from psycopg.errors import (
    CheckViolation,
    ForeignKeyViolation,
    InsufficientPrivilege,
    NotNullViolation,
    UniqueViolation,
)

from signoff.kernel.ids import DeliveryId
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.organizations.members import list_members, remove_member
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.records.states import DELIVERY_MOVES, DeliveryState, Verdict
from signoff.records.tenants import Brand, Channel
from signoff.records.views import PostView
from signoff.runtime import Runtime
from tests.support import raw_sql
from tests.support.posts import approved, in_review, scheduled, seen, written
from tests.support.raw_sql import execute
from tests.support.waiting import until
from tests.support.world import Neighbour, connect_board

FAKE_HASH = "f" * 64

DELIVERY = """
    insert into public.deliveries (id, organization_id, brand_id, post_id, revision_id, channel_id,
        account_key, seal_id, due_at, state, occurrence, checkpoint, lease_token)
    select %(id)s, %(organization_id)s, %(brand_id)s, %(post_id)s, %(revision_id)s, %(channel_id)s,
        coalesce(%(account_key)s, (select account_key from channels where id = %(channel_id)s)), %(seal_id)s,
        now(), %(state)s, %(occurrence)s, %(checkpoint)s, %(lease_token)s
"""
DECISION = """
    insert into decisions (id, organization_id, post_id, revision_id, person_id, verdict, seen, via)
    values (%(id)s, %(organization_id)s, %(post_id)s, %(revision_id)s, %(person_id)s, %(verdict)s, %(seen)s,
        'web')
"""
SEAL = """
    insert into seals (id, organization_id, post_id, revision_id, decision_id, verdict, hash)
    values (%(id)s, %(organization_id)s, %(post_id)s, %(revision_id)s, %(decision_id)s, %(verdict)s, %(seen)s)
"""
VARIANT = """
    insert into variants (id, organization_id, post_id, revision_id, channel_id, canonical, digest)
    values (%(id)s, %(organization_id)s, %(post_id)s, %(revision_id)s, %(channel_id)s, %(canonical)s,
        encode(sha256(convert_to(%(canonical)s, 'UTF8')), 'hex'))
"""
BORN_APPROVED = """
    insert into posts (id, organization_id, brand_id, content_type, revision_id, seal_id, state)
    values (%(id)s, %(organization_id)s, %(brand_id)s, 'feed_post', %(revision_id)s, %(seal_id)s, 'approved')
"""
RECEIPT = """
    insert into receipts (id, organization_id, delivery_id, account_key, external_id, permalink, source)
    select gen_random_uuid(), organization_id, id, account_key, '42', 'p', 'commit' from deliveries
     where id = %s
"""
DELETE = "update posts set deleted_at = now() where id = %(post_id)s"
APPROVE = "update posts set state = 'approved', seal_id = %(seal_id)s where id = %(post_id)s"


@dataclass(frozen=True, slots=True)
class Intruder:
    """Somebody with the application's password, busy with one organization's posts."""

    sql: raw_sql.Role
    actor: Actor

    async def tries(self, statement: str, view: PostView, **facts: Any) -> None:
        """Fill the statement with the post's own values, but for those given. Raises psycopg's errors."""
        await self.sql.run(
            statement, organization=self.actor.organization_id, **{**self.values_of(view), **facts}
        )

    def values_of(self, view: PostView) -> dict[str, Any]:
        return {
            "id": uuid4(),
            "organization_id": view.post.organization_id,
            "brand_id": view.post.brand_id,
            "post_id": view.post.id,
            "revision_id": view.revision.id,
            "channel_id": view.revision.channel_ids[0],
            "seal_id": view.post.seal_id,
            "state": "scheduled",
            "occurrence": 1,
            "account_key": None,  # the channel's own
            "checkpoint": "{}",
            "lease_token": 0,
            "person_id": self.actor.person_id,
            "verdict": "approve",
            "decision_id": view.seal.decision_id if view.seal else None,
            "seen": view.seal.hash if view.seal else FAKE_HASH,
        }


@pytest.fixture
def intruder(app_sql: raw_sql.Role, owner: Actor) -> Intruder:
    return Intruder(app_sql, owner)


async def withdrawn(runtime: Runtime, actor: Actor, view: PostView) -> PostView:
    """The post as a draft again; its seal doesn't count any more."""
    assert view.seal
    answer = await decide(
        runtime, actor, view.post.id, Verdict.REQUEST_CHANGES, seen=view.seal.hash, comment="No."
    )
    return answer.post


class TestNothingUnapproved:
    async def test_a_draft_has_no_delivery(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        draft = await written(runtime, owner, channel)
        with pytest.raises(CheckViolation, match="not approved"):
            await intruder.tries(DELIVERY, draft)
        with pytest.raises(CheckViolation, match="not approved"):
            await intruder.tries(DELIVERY, draft, seal_id=uuid4())

    async def test_a_post_in_review_has_no_delivery_with_another_posts_seal(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        waiting = await in_review(runtime, owner, channel)
        other = await approved(runtime, owner, channel, body="Harmless.")
        with pytest.raises(CheckViolation, match="not approved"):
            await intruder.tries(DELIVERY, waiting, seal_id=other.post.seal_id)
        with pytest.raises(ForeignKeyViolation):
            await intruder.tries(DELIVERY, other, revision_id=waiting.revision.id)

    async def test_a_post_is_not_called_approved_without_a_seal_of_its_own(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        waiting = await in_review(runtime, owner, channel)
        other = await approved(runtime, owner, channel, body="Harmless.")
        with pytest.raises(CheckViolation, match="approved_has_seal"):
            await intruder.tries(APPROVE, waiting)
        with pytest.raises(ForeignKeyViolation, match="seal_of_this_revision"):
            await intruder.tries(APPROVE, waiting, seal_id=other.post.seal_id)

    async def test_a_draft_does_not_skip_the_review(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        draft = await withdrawn(runtime, owner, await approved(runtime, owner, channel))
        with pytest.raises(CheckViolation, match="does not go from draft to approved"):
            await intruder.tries(APPROVE, draft, seal_id=uuid4())

    async def test_a_post_is_not_born_approved(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        with pytest.raises(CheckViolation, match="starts as a draft"):
            await intruder.tries(BORN_APPROVED, await approved(runtime, owner, channel))

    async def test_a_withdrawn_seal_is_not_used_again(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        sealed = await approved(runtime, owner, channel)
        await withdrawn(runtime, owner, sealed)
        with pytest.raises(CheckViolation, match="not approved"):
            await intruder.tries(DELIVERY, sealed)
        await submit(runtime, owner, sealed.post.id)
        with pytest.raises(CheckViolation, match="was withdrawn"):
            await intruder.tries(APPROVE, sealed)

    async def test_a_withdrawal_is_not_taken_back(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        sealed = await approved(runtime, owner, channel)
        await withdrawn(runtime, owner, sealed)
        with pytest.raises(InsufficientPrivilege):
            await intruder.tries("delete from withdrawals where seal_id = %(seal_id)s", sealed)

    async def test_what_was_approved_is_not_deleted(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        sealed = await approved(runtime, owner, channel)
        with pytest.raises(CheckViolation, match="is not deleted"):
            await intruder.tries(DELETE, sealed)
        draft = await withdrawn(runtime, owner, sealed)
        with pytest.raises(CheckViolation, match="is not deleted"):
            await intruder.tries(DELETE, draft)

    async def test_a_deleted_post_is_not_sealed(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        waiting = await in_review(runtime, owner, channel)
        decision = uuid4()
        fingerprint = await seen(runtime, owner, waiting.post.id)
        await intruder.tries(DECISION, waiting, id=decision, seen=fingerprint)
        await intruder.tries(DELETE, waiting)
        with pytest.raises(CheckViolation, match="only what is in review"):
            await intruder.tries(SEAL, waiting, decision_id=decision, seen=fingerprint)

    async def test_a_table_of_the_same_name_fools_nobody(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
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


class TestOnlyReviewersDecide:
    async def test_an_author_does_not(
        self, runtime: Runtime, owner: Actor, author: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        waiting = await in_review(runtime, owner, channel)
        with pytest.raises(CheckViolation, match="only a reviewer"):
            await intruder.tries(DECISION, waiting, person_id=author.person_id)

    async def test_a_removed_reviewer_does_not(
        self, runtime: Runtime, owner: Actor, reviewer: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        waiting = await in_review(runtime, owner, channel)
        members = await list_members(runtime, owner)
        await remove_member(runtime, owner, next(m.id for m in members if m.person_id == reviewer.person_id))
        with pytest.raises(CheckViolation, match="only a reviewer"):
            await intruder.tries(DECISION, waiting, person_id=reviewer.person_id)

    async def test_another_organizations_owner_does_not(
        self, runtime: Runtime, owner: Actor, channel: Channel, neighbour: Neighbour, intruder: Intruder
    ) -> None:
        waiting = await in_review(runtime, owner, channel)
        with pytest.raises(CheckViolation, match="only a reviewer"):
            await intruder.tries(DECISION, waiting, person_id=neighbour.owner.person_id)

    async def test_nobody_decides_about_a_draft_or_an_older_revision(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        first = await written(runtime, owner, channel)
        with pytest.raises(CheckViolation, match="does not wait"):
            await intruder.tries(DECISION, first)
        await edit_post(runtime, owner, first.post.id, {"body": "Newer."}, version=first.post.version)
        await submit(runtime, owner, first.post.id)
        with pytest.raises(CheckViolation, match="does not wait"):
            await intruder.tries(DECISION, first)


class TestWhatWasApproved:
    async def test_a_seal_fits_the_stored_variants_only(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        waiting = await in_review(runtime, owner, channel)
        decision = uuid4()
        await intruder.tries(DECISION, waiting, id=decision, seen=FAKE_HASH)
        with pytest.raises(CheckViolation, match="does not match the stored variants"):
            await intruder.tries(SEAL, waiting, decision_id=decision, seen=FAKE_HASH)

    async def test_a_seal_needs_a_decision_that_approves_that_very_revision(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        waiting = await in_review(runtime, owner, channel)
        fingerprint = await seen(runtime, owner, waiting.post.id)
        against = uuid4()
        await intruder.tries(DECISION, waiting, id=against, verdict="skip", seen=fingerprint)
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
        self, runtime: Runtime, owner: Actor, brand: Brand, channel: Channel, intruder: Intruder
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
        self, runtime: Runtime, owner: Actor, brand: Brand, channel: Channel, intruder: Intruder
    ) -> None:
        second = await connect_board(runtime, owner, brand, "mercado")
        draft = await written(runtime, owner, channel)
        with pytest.raises(CheckViolation, match="says_its_channel"):
            await intruder.tries(VARIANT, draft, canonical=f'{{"channel_id":"{second.id}"}}')

    async def test_an_older_approval_does_not_serve_a_newer_revision(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
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
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder, state: str
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
                await execute(
                    connection, "update posts set revision_id = %s where id = %s", newer, view.post.id
                )

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
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder, *, statement: str
    ) -> None:
        with pytest.raises(InsufficientPrivilege):
            await intruder.tries(statement, await approved(runtime, owner, channel))


class TestOnce:
    async def test_a_post_is_delivered_once_per_channel_and_occurrence(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
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
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder, facts: dict[str, Any]
    ) -> None:
        with pytest.raises(CheckViolation):
            await intruder.tries(DELIVERY, await approved(runtime, owner, channel), **facts)

    async def test_brand_and_account_are_those_of_the_channel(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        other = await create_brand(runtime, owner, BrandDraft("Bar Luz", "Europe/Madrid"))
        sealed = await approved(runtime, owner, channel)
        for facts in ({"account_key": "another"}, {"brand_id": other.id}):
            with pytest.raises(CheckViolation, match="not those of the channel"):
                await intruder.tries(DELIVERY, sealed, **facts)

    @pytest.mark.parametrize(
        "change",
        [
            "state = 'scheduled', receipt_id = null, published_at = null",
            "state = 'scheduled'",
            "state = 'cancelled'",
            "receipt_id = null",
        ],
    )
    async def test_what_is_out_does_not_go_back(
        self,
        runtime: Runtime,
        owner: Actor,
        channel: Channel,
        app_sql: raw_sql.Role,
        worker_sql: raw_sql.Role,
        *,
        change: str,
    ) -> None:
        delivery = await scheduled(runtime, owner, channel)
        await publish_by_hand(worker_sql, delivery.id)
        for sql in (app_sql, worker_sql):
            with pytest.raises(CheckViolation):
                await sql.run(
                    f"update deliveries set {change} where id = %s",
                    delivery.id,
                    organization=owner.organization_id,
                )

    async def test_a_receipt_is_the_deliverys_own(
        self, runtime: Runtime, owner: Actor, channel: Channel, worker_sql: raw_sql.Role
    ) -> None:
        first, second = [await scheduled(runtime, owner, channel) for _ in range(2)]
        await publish_by_hand(worker_sql, first.id)
        with pytest.raises(ForeignKeyViolation, match="receipt_of_this_delivery"):
            await worker_sql.run(
                "update deliveries set state = 'published', receipt_id = (select id from receipts)"
                " where id = %s",
                second.id,
            )

    async def test_a_receipt_names_the_account_of_its_delivery(
        self,
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

    async def test_a_lost_lease_is_never_good_again(
        self,
        runtime: Runtime,
        owner: Actor,
        channel: Channel,
        app_sql: raw_sql.Role,
        worker_sql: raw_sql.Role,
    ) -> None:
        delivery = await scheduled(runtime, owner, channel)
        change = "update deliveries set lease_token = lease_token + %s where id = %s returning lease_token"
        for sql in (app_sql, worker_sql):
            await sql.run(change, 2, delivery.id, organization=owner.organization_id)
            with pytest.raises(CheckViolation, match="does not fall"):
                await sql.run(change, -1, delivery.id, organization=owner.organization_id)
        assert await app_sql.run(change, 0, delivery.id, organization=owner.organization_id) == [(4,)]

    @pytest.mark.parametrize("state", ["publishing", "unknown", "cancelled", "published"])
    async def test_what_began_or_ended_keeps_its_time(
        self,
        runtime: Runtime,
        owner: Actor,
        channel: Channel,
        app_sql: raw_sql.Role,
        worker_sql: raw_sql.Role,
        *,
        state: str,
    ) -> None:
        delivery = await scheduled(runtime, owner, channel)
        later = "update deliveries set due_at = due_at + interval '1 day' where id = %s"
        await app_sql.run(later, delivery.id, organization=owner.organization_id)
        if state == "published":
            await publish_by_hand(worker_sql, delivery.id)
        else:
            await worker_sql.run("update deliveries set state = %s where id = %s", state, delivery.id)
        with pytest.raises(CheckViolation, match="only what is scheduled"):
            await app_sql.run(later, delivery.id, organization=owner.organization_id)

    async def test_the_database_knows_the_same_moves_as_the_code(
        self,
        runtime: Runtime,
        owner: Actor,
        channel: Channel,
        owner_sql: raw_sql.Role,
        worker_sql: raw_sql.Role,
    ) -> None:
        delivery = await scheduled(runtime, owner, channel)
        await publish_by_hand(worker_sql, delivery.id)
        moves = {(source, move.target) for move in DELIVERY_MOVES.values() for source in move.sources}
        allowed = {
            (before, after)
            for before, after in permutations(DeliveryState, 2)
            if await goes(owner_sql, delivery.id, before, after)
        }
        assert allowed == {(before, after) for before, after in moves if before is not after}

    async def test_published_means_that_there_is_a_receipt(
        self,
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
        self, runtime: Runtime, owner: Actor, channel: Channel, worker_sql: raw_sql.Role
    ) -> None:
        first, second = [await scheduled(runtime, owner, channel) for _ in range(2)]
        await worker_sql.run(RECEIPT, first.id)
        with pytest.raises(UniqueViolation, match="one_delivery_per_platform_post"):
            await worker_sql.run(RECEIPT, second.id)


class TestWorkers:
    @pytest.mark.parametrize(
        "statement",
        [
            DELIVERY,
            DECISION,
            SEAL,
            "update posts set state = 'approved' where id = %(post_id)s",
            "update posts set seal_id = null where id = %(post_id)s",
            "update deliveries set seal_id = %(seal_id)s where post_id = %(post_id)s",
            "update deliveries set channel_id = %(channel_id)s where post_id = %(post_id)s",
            "update deliveries set due_at = now() where post_id = %(post_id)s",
            "update variants set canonical = '{}' where revision_id = %(revision_id)s",
            "delete from withdrawals",
        ],
    )
    async def test_workers_neither_approve_nor_schedule_nor_edit(
        self, runtime: Runtime, owner: Actor, channel: Channel, worker_sql: raw_sql.Role, *, statement: str
    ) -> None:
        view = await approved(runtime, owner, channel)
        with pytest.raises(InsufficientPrivilege):
            await Intruder(worker_sql, owner).tries(statement, view)


class TestRaces:
    """Two transactions at once: whoever comes second reads what the first one committed."""

    async def test_a_variant_added_while_the_post_is_sealed_is_refused(
        self, runtime: Runtime, owner: Actor, brand: Brand, channel: Channel, intruder: Intruder
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
        self, runtime: Runtime, owner: Actor, brand: Brand, channel: Channel, intruder: Intruder
    ) -> None:
        second = await connect_board(runtime, owner, brand, "mercado")
        waiting = await in_review(runtime, owner, channel)
        fingerprint = await seen(runtime, owner, waiting.post.id)
        decision = uuid4()
        await intruder.tries(DECISION, waiting, id=decision, seen=fingerprint)
        async with intruder.sql.transaction(owner.organization_id) as adding:
            extra = {"channel_id": second.id, "canonical": f'{{"channel_id":"{second.id}"}}'}
            await execute(adding, VARIANT, **intruder.values_of(waiting) | extra)
            sealing = asyncio.create_task(
                intruder.tries(SEAL, waiting, decision_id=decision, seen=fingerprint)
            )
            await until(lambda: is_waiting(intruder.sql))
        with pytest.raises(CheckViolation, match="does not match the stored variants"):
            await sealing

    async def test_a_delivery_made_while_the_approval_is_withdrawn_is_refused(
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
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
        self, runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
    ) -> None:
        sealed = await approved(runtime, owner, channel)
        async with intruder.sql.transaction(owner.organization_id) as placing:
            await execute(placing, DELIVERY, **intruder.values_of(sealed))
            withdrawing = asyncio.create_task(withdrawn(runtime, owner, sealed))
            await until(lambda: is_waiting(intruder.sql))
        post = await withdrawing
        assert [view.delivery.state for view in post.deliveries] == ["cancelled"]


async def publish_by_hand(sql: raw_sql.Role, delivery_id: DeliveryId) -> None:
    """Make a delivery published, as a worker with a receipt would."""
    await sql.run(RECEIPT, delivery_id)
    await sql.run(
        "update deliveries set state = 'published', receipt_id = r.id from receipts r"
        " where deliveries.id = %s and r.delivery_id = deliveries.id",
        delivery_id,
    )


async def goes(sql: raw_sql.Role, delivery_id: DeliveryId, before: str, after: str) -> bool:
    """The database lets a delivery go from one state to the other."""
    change = "update deliveries set state = %s where id = %s"
    async with sql.transaction() as connection:
        await execute(connection, "alter table deliveries disable trigger user")
        await execute(connection, change, before, delivery_id)
        await execute(connection, "alter table deliveries enable trigger user")
        try:
            await execute(connection, change, after, delivery_id)
        except CheckViolation:
            return False
        finally:
            await connection.rollback()
        return True


async def is_waiting(sql: raw_sql.Role) -> bool:
    """Somebody with this role waits for a lock."""
    rows = await sql.run(
        "select 1 from pg_stat_activity where usename = current_user and wait_event_type = 'Lock'"
        " and datname = current_database()"
    )
    return bool(rows)
