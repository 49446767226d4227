"""A transaction knows its organization, runs what must come last, and is all or nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from psycopg.errors import QueryCanceled
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from signoff.db.session import BeforeCommit, Database, add_scope, before_commit, limit_to_brands
from signoff.db.urls import DatabaseUrls
from signoff.kernel.clock import SystemClock

SCOPE = text("""
    select nullif(current_setting('signoff.organization', true), ''),
           nullif(current_setting('signoff.person', true), ''),
           nullif(current_setting('signoff.email', true), ''),
           nullif(current_setting('signoff.secret', true), '')
""")


@pytest.fixture
async def notes(empty_database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """A database with one small table, and one connection for each role, so that each is used again."""
    engine = create_async_engine(empty_database_urls.owner)
    async with engine.begin() as connection:
        await connection.execute(
            text("create table notes (n int unique deferrable initially deferred, at int)")
        )
        await connection.execute(text("grant select, insert on notes to signoff_app, signoff_worker"))
    await engine.dispose()
    opened = Database(empty_database_urls, app_pool=1, worker_pool=1)
    yield opened
    await opened.close()


def write(n: int) -> BeforeCommit:
    async def step(tx: AsyncSession) -> None:
        await tx.execute(text("insert into notes (n, at) select :n, count(*) from notes"), {"n": n})

    return step


def at_the_end(hook: BeforeCommit) -> BeforeCommit:
    async def step(tx: AsyncSession) -> None:
        before_commit(tx, hook)

    return step


async def fail(tx: AsyncSession) -> None:
    raise ZeroDivisionError


async def commit(tx: AsyncSession) -> None:
    await tx.commit()


async def transact(database: Database, *steps: BeforeCommit, role: str = "app") -> None:
    transaction = database.transaction() if role == "app" else database.worker_transaction()
    async with transaction as tx:
        for step in steps:
            await step(tx)


async def written(database: Database) -> list[int]:
    async with database.worker_transaction() as tx:
        return list(await tx.scalars(text("select n from notes order by at")))


async def scope_of(tx: AsyncSession) -> tuple[str | None, ...]:
    return tuple((await tx.execute(SCOPE)).one())


async def test_a_transaction_is_that_of_one_organization_and_person(database: Database) -> None:
    organization, person = uuid4(), uuid4()
    async with database.transaction(organization, person_id=person) as tx:
        assert await scope_of(tx) == (str(organization), str(person), None, None)
        assert await tx.scalar(text("select current_user")) == "signoff_app"


async def test_a_transaction_may_learn_its_organization_later(database: Database) -> None:
    organization, person = uuid4(), uuid4()
    async with database.transaction(person_id=person, secret="c") as tx:
        await add_scope(tx, organization_id=organization)
        assert await scope_of(tx) == (str(organization), str(person), None, "c")


async def test_nothing_of_it_is_left_on_the_connection(notes: Database) -> None:
    async with notes.transaction(uuid4(), person_id=uuid4(), email="a@b.example", secret="c") as tx:
        used = await tx.scalar(text("select pg_backend_pid()"))
    async with notes.transaction() as tx:
        assert await tx.scalar(text("select pg_backend_pid()")) == used
        assert await scope_of(tx) == (None, None, None, None)


async def test_a_failed_transaction_leaves_nothing_on_the_connection_either(notes: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with notes.transaction(uuid4()) as tx:
            await fail(tx)
    async with notes.transaction() as tx:
        assert await scope_of(tx) == (None, None, None, None)


async def test_transactions_side_by_side_keep_their_organizations(database: Database) -> None:
    async def seen(organization: UUID) -> str | None:
        async with database.transaction(organization) as tx:
            await tx.execute(text("select pg_sleep(0.01)"))
            return (await scope_of(tx))[0]

    organizations = [uuid4() for _ in range(20)]
    assert await asyncio.gather(*map(seen, organizations)) == [*map(str, organizations)]


async def test_the_workers_have_their_own_role_and_no_organization(database: Database) -> None:
    async with database.worker_transaction() as tx:
        assert await tx.scalar(text("select current_user")) == "signoff_worker"
        assert await scope_of(tx) == (None, None, None, None)


async def test_a_transaction_is_committed_at_its_end(notes: Database) -> None:
    await transact(notes, write(1))
    assert await written(notes) == [1]


async def test_an_error_takes_everything_back(notes: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await transact(notes, write(1), fail)
    assert await written(notes) == []


async def test_cancelling_takes_everything_back(notes: Database) -> None:
    is_written = asyncio.Event()

    async def wait_for_ever(_: AsyncSession) -> None:
        is_written.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(transact(notes, write(1), wait_for_ever))
    await is_written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await written(notes) == []


@pytest.mark.parametrize("role", ["app", "worker"])
async def test_hooks_write_last_in_the_order_they_came(notes: Database, role: str) -> None:
    async def add_another(tx: AsyncSession) -> None:
        await write(2)(tx)
        before_commit(tx, write(4))

    await transact(notes, at_the_end(add_another), at_the_end(write(3)), write(1), role=role)
    assert await written(notes) == [1, 2, 3, 4]


async def test_what_hooks_wrote_goes_back_with_the_transaction(notes: Database) -> None:
    # The same number twice is refused as late as by the commit itself.
    with pytest.raises(IntegrityError):
        await transact(notes, at_the_end(write(1)), at_the_end(write(2)), write(1))
    assert await written(notes) == []


async def test_a_hook_that_fails_stops_the_commit(notes: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await transact(notes, at_the_end(fail), write(1))
    assert await written(notes) == []


async def test_hooks_are_not_run_for_what_failed_or_for_the_next_transaction(notes: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        await transact(notes, at_the_end(write(2)), fail)
    await transact(notes, write(1))
    assert await written(notes) == [1]


async def test_nobody_else_commits(notes: Database) -> None:
    with pytest.raises(RuntimeError, match="committed where it was opened"):
        await transact(notes, write(1), commit)
    assert await written(notes) == []


async def test_a_part_can_be_taken_back_alone(notes: Database) -> None:
    async def try_more(tx: AsyncSession) -> None:
        with suppress(ZeroDivisionError):
            async with tx.begin_nested():
                await write(2)(tx)
                await fail(tx)

    await transact(notes, write(1), try_more)
    assert await written(notes) == [1]


async def test_a_connection_that_the_server_dropped_is_replaced(notes: Database) -> None:
    async with notes.transaction() as tx:
        dropped = await tx.scalar(text("select pg_backend_pid()"))
    other = create_async_engine(notes.urls.app)  # a role may end its own connections
    async with other.connect() as connection:
        await connection.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": dropped})
    await other.dispose()
    async with notes.transaction() as tx:
        assert await tx.scalar(text("select pg_backend_pid()")) != dropped


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("statement_timeout", "15s"),
        ("lock_timeout", "5s"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("timezone", "UTC"),
    ],
)
async def test_nothing_waits_for_ever(database: Database, setting: str, value: str) -> None:
    async with database.transaction() as tx:
        assert await tx.scalar(text(f"show {setting}")) == value
    async with database.worker_transaction() as tx:
        assert await tx.scalar(text(f"show {setting}")) == value


async def test_a_statement_that_takes_too_long_is_ended(database: Database) -> None:
    async def take_long(tx: AsyncSession) -> None:
        await tx.execute(text("set local statement_timeout = '20ms'"))
        await tx.execute(text("select pg_sleep(60)"))

    with pytest.raises(OperationalError) as ended:
        await transact(database, take_long)
    assert isinstance(ended.value.orig, QueryCanceled)


async def test_the_databases_clock_is_shifted_with_ours(database_urls: DatabaseUrls) -> None:
    shifted = Database(database_urls, clock=SystemClock(timedelta(days=2)))
    try:
        for transaction in (shifted.transaction(), shifted.worker_transaction()):
            async with transaction as tx:
                row = (await tx.execute(text("select signoff_now(), now()"))).one()
                by_signoff, by_server = row[0], row[1]
                assert isinstance(by_signoff, datetime)
                assert timedelta(days=2) <= by_signoff - by_server < timedelta(days=2, minutes=1)
    finally:
        await shifted.close()


async def test_what_a_task_reads_meanwhile_shares_one_transaction(database: Database) -> None:
    organization = uuid4()
    async with database.reading(organization):
        async with database.transaction(organization) as first:
            used = await first.scalar(text("select pg_backend_pid()"))
        async with database.transaction(organization) as second:
            assert second is first
            assert await second.scalar(text("select pg_backend_pid()")) == used
            assert await scope_of(second) == (str(organization), None, None, None)
    async with database.transaction(organization) as later:
        assert later is not first


async def test_what_is_shared_is_never_another_scope(database: Database) -> None:
    organization, other, person = uuid4(), uuid4(), uuid4()
    async with database.reading(organization), database.transaction(organization) as shared:
        async with database.transaction(other) as tx:
            assert await scope_of(tx) == (str(other), None, None, None)
        async with database.transaction(organization, person_id=person) as tx:
            assert await scope_of(tx) == (str(organization), str(person), None, None)
        limit_to_brands([uuid4()])
        async with database.transaction(organization) as tx:
            assert tx is not shared
        limit_to_brands(None)
        async with database.transaction(organization) as tx:
            assert tx is shared


async def test_what_is_shared_is_never_another_tasks(database: Database) -> None:
    organization = uuid4()

    async def somebody() -> AsyncSession:
        async with database.transaction(organization) as tx:
            return tx

    async with database.reading(organization), database.transaction(organization) as shared:
        assert await asyncio.create_task(somebody()) is not shared


async def test_nothing_is_written_in_what_is_shared(notes: Database) -> None:
    organization = uuid4()
    with pytest.raises(InternalError, match="read-only"):
        async with notes.reading(organization), notes.transaction(organization) as tx:
            await write(1)(tx)
    async with notes.transaction(organization) as tx:
        await write(2)(tx)
    async with notes.worker_transaction() as tx:
        assert list(await tx.scalars(text("select n from notes"))) == [2]
