"""The database goes away while a platform thinks; the receipt must not be lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import pytest
from psycopg import AsyncConnection
from psycopg.sql import SQL, Identifier, Literal
from sqlalchemy import select
from structlog.testing import capture_logs

from signoff.db.embedded import EmbeddedPostgres
from signoff.db.urls import conninfo
from signoff.kernel.people import Actor
from signoff.records.models import WorkerRow
from signoff.records.states import DeliveryState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.publishing import detail, due
from tests.support.waiting import until

_NO_ROOM: Final = """
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = {sqlstate}; END $$;
    CREATE TRIGGER no_room BEFORE INSERT ON receipts FOR EACH ROW EXECUTE FUNCTION no_room();
"""


class Switch:
    """Opens and closes a database to everybody, as an administrator or a fail-over does."""

    def __init__(self, connection: AsyncConnection, name: str) -> None:
        self._connection, self._name = connection, name

    async def off(self) -> None:
        await self._allow("false")
        await self._connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [self._name]
        )

    async def on(self) -> None:
        await self._allow("true")

    async def _allow(self, answer: str) -> None:
        statement = SQL("ALTER DATABASE {} ALLOW_CONNECTIONS " + answer)
        await self._connection.execute(statement.format(Identifier(self._name)))


@pytest.fixture
async def switch(postgres: EmbeddedPostgres, runtime: Runtime) -> AsyncIterator[Switch]:
    async with await AsyncConnection.connect(conninfo(postgres.admin_url()), autocommit=True) as connection:
        switch = Switch(connection, str(runtime.database.urls.worker.database))
        yield switch
        await switch.on()


async def test_a_receipt_is_kept_until_the_database_takes_it(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    switch: Switch,
) -> None:
    delivery = await due(runtime, publisher, channel, clock)
    noticeboard.meanwhile = switch.off
    worker = Worker(runtime)
    with capture_logs() as said:
        running = asyncio.create_task(worker.run())

        async def is_refused() -> bool:
            return any(line["event"] == "receipt_not_stored_yet" for line in said)

        await until(is_refused)
    assert len(noticeboard.notes) == 1
    await switch.on()

    async def is_on_record() -> bool:
        shown = await detail(runtime, publisher, delivery)
        return shown.view.delivery.state is DeliveryState.PUBLISHED

    await until(is_on_record, within_s=20)
    worker.stop()
    await asyncio.wait_for(running, 20)
    shown = await detail(runtime, publisher, delivery)
    assert [receipt.source for receipt in shown.receipts] == ["commit"]
    assert not noticeboard.looks
    assert len(noticeboard.notes) == 1


async def test_a_worker_that_starts_while_the_database_is_away_works_once_it_is_back(
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    switch: Switch,
) -> None:
    delivery = await due(runtime, publisher, channel, clock)
    await switch.off()
    worker = Worker(runtime)
    with capture_logs() as said:
        running = asyncio.create_task(worker.run())

        async def has_tried() -> bool:
            return any(line["event"] == "worker_step_failed" for line in said)

        await until(has_tried, within_s=30)
    await switch.on()

    async def is_registered_and_done() -> bool:
        async with runtime.worker_transaction() as tx:
            known = (await tx.scalars(select(WorkerRow.id))).all()
        shown = await detail(runtime, publisher, delivery)
        return bool(list(known) == [worker.name] and shown.view.delivery.state is DeliveryState.PUBLISHED)

    await until(is_registered_and_done, within_s=60)
    worker.stop()
    await asyncio.wait_for(running, 60)
    assert len(noticeboard.notes) == 1


@pytest.mark.parametrize(
    "sqlstate", ["53100", "53200", "57P03"], ids=["disk full", "out of memory", "starting"]
)
async def test_a_receipt_waits_for_a_database_that_has_no_room(  # noqa: PLR0917 - fixtures
    runtime: Runtime,
    publisher: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
    postgres: EmbeddedPostgres,
    sqlstate: str,
) -> None:
    delivery = await due(runtime, publisher, channel, clock)
    url = postgres.admin_url(str(runtime.database.urls.worker.database))
    async with await AsyncConnection.connect(conninfo(url), autocommit=True) as administrator:
        await administrator.execute(SQL(_NO_ROOM).format(sqlstate=Literal(sqlstate)))
        with capture_logs() as said:
            working = asyncio.create_task(Worker(runtime).run_until_idle())

            async def is_refused() -> bool:
                return [line["event"] for line in said].count("receipt_not_stored_yet") > 1

            await until(is_refused, within_s=30)
        assert (await detail(runtime, publisher, delivery)).view.delivery.state is DeliveryState.PUBLISHING
        await administrator.execute("DROP TRIGGER no_room ON receipts")
    await asyncio.wait_for(working, 60)
    shown = await detail(runtime, publisher, delivery)
    assert shown.view.delivery.state is DeliveryState.PUBLISHED
    assert [receipt.source for receipt in shown.receipts] == ["commit"]
    assert len(noticeboard.notes) == 1
