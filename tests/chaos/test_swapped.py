"""The database is swapped for an older copy while workers run: they notice, hold all, and double nothing."""

from __future__ import annotations

import pytest
from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier

from signoff.db.urls import conninfo
from signoff.pipeline.schedule.resume import resume
from signoff.records.alerts.notices import open_pauses
from tests.chaos.storm import steadily
from tests.chaos.troupe import Troupe
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(900)

_LIVE, _COPY, _ASIDE = "signoff", "older_copy", "set_aside"
_END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"


async def run(troupe: Troupe, *statements: SQL, ended: str = _LIVE) -> None:
    """Have the administrator do something with a database that nobody is connected to."""
    server = conninfo(troupe.scene.server.admin_url())
    async with await AsyncConnection.connect(server, autocommit=True) as administrator:
        allow = SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        await administrator.execute(allow.format(Identifier(ended), SQL("false")))
        await administrator.execute(_END_SESSIONS, [ended])
        for statement in statements:
            await administrator.execute(
                statement.format(live=Identifier(_LIVE), copy=Identifier(_COPY), aside=Identifier(_ASIDE))
            )
        await administrator.execute(allow.format(Identifier(_LIVE), SQL("true")))


async def test_workers_that_run_notice_an_older_copy_and_publish_nothing_twice(troupe: Troupe) -> None:
    first, second = troupe.workers
    placed = await troupe.due("html", "facebook", posts=20)
    before = await troupe.due("html", posts=1)
    await run(troupe, SQL("CREATE DATABASE {copy} TEMPLATE {live} STRATEGY file_copy"))
    await first.start()
    await second.start()
    await troupe.until_all_are("published", [*placed, *before], within_s=240)

    swapped = (SQL("ALTER DATABASE {live} RENAME TO {aside}"), SQL("ALTER DATABASE {copy} RENAME TO {live}"))
    await run(troupe, *swapped)

    async def is_held() -> bool:
        held = await steadily(lambda: open_pauses(troupe.scene.runtime, troupe.owner))
        return any("isn't the one that was here before" in pause.reason for pause in held)

    await until(is_held, within_s=120)
    assert first.is_alive
    assert second.is_alive
    # Each is looked for by its key, found, and not sent again.
    await troupe.until_all_are("published", [*placed, *before], within_s=240)
    await resume(troupe.scene.runtime, troupe.owner, "global", None)
    assert await troupe.not_out_once([*placed, *before]) == []
