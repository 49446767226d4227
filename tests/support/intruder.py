"""Somebody who got hold of a role's password and writes into the tables, past all of our code.

Whoever holds the application's password can write what the application writes. What the database keeps by
itself: nothing is delivered without a seal, and a seal fits only the stored variants of an approved revision.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from signoff.kernel.ids import DeliveryId
from signoff.kernel.people import Actor
from signoff.pipeline.review.decide import decide
from signoff.records.deliveries.views import PostView
from signoff.records.states import Verdict
from signoff.runtime import Runtime
from tests.support import raw_sql

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


async def withdrawn(runtime: Runtime, actor: Actor, view: PostView) -> PostView:
    """The post as a draft again; its seal doesn't count any more."""
    assert view.seal
    answer = await decide(
        runtime, actor, view.post.id, Verdict.REQUEST_CHANGES, seen=view.seal.hash, comment="No."
    )
    return answer.post


async def publish_by_hand(sql: raw_sql.Role, delivery_id: DeliveryId) -> None:
    """Make a delivery published, as a worker with a receipt would."""
    await sql.run(RECEIPT, delivery_id)
    await sql.run(
        "update deliveries set state = 'published', receipt_id = r.id from receipts r"
        " where deliveries.id = %s and r.delivery_id = deliveries.id",
        delivery_id,
    )


async def is_waiting(sql: raw_sql.Role) -> bool:
    """Somebody with this role waits for a lock."""
    rows = await sql.run(
        "select 1 from pg_stat_activity where usename = current_user and wait_event_type = 'Lock'"
        " and datname = current_database()"
    )
    return bool(rows)
