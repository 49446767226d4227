"""Signs of life, and what those who watch made of them."""

from __future__ import annotations

from signoff.records.alerts.alarms import standing_alarms
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.raw_sql import Role


async def heard(worker_sql: Role, clock: ShiftableClock, *names: str, claimed: bool = False) -> None:
    """Have workers give a sign of life now."""
    for name in names:
        await worker_sql.run(
            "insert into workers (id, host, pid, started_at, seen_at)"
            " values (%(id)s, %(id)s, 7, %(at)s, %(at)s) on conflict (id) do update set seen_at = %(at)s",
            id=name,
            at=clock.now(),
        )
        if claimed:
            await worker_sql.run("update workers set claimed_at = seen_at where id = %s", name)


async def standing(runtime: Runtime) -> list[str]:
    """The keys of the alarms that stand."""
    async with runtime.worker_transaction() as tx:
        return [alarm.key for alarm in await standing_alarms(tx)]
