"""What workers can't do: approve, schedule, edit."""

from __future__ import annotations

import pytest
from psycopg.errors import InsufficientPrivilege

from signoff.kernel.people import Actor
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support import raw_sql
from tests.support.intruder import DECISION, DELIVERY, SEAL, Intruder
from tests.support.posts import approved


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
    runtime: Runtime, owner: Actor, channel: Channel, worker_sql: raw_sql.Role, *, statement: str
) -> None:
    view = await approved(runtime, owner, channel)
    with pytest.raises(InsufficientPrivilege):
        await Intruder(worker_sql, owner).tries(statement, view)
