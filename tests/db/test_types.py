"""Moments are points in time: UTC in Python, never without a zone."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import cast, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import StatementError

from signoff.db.session import Database
from signoff.db.types import Moment

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


async def test_a_moment_comes_back_in_utc(database: Database) -> None:
    in_berlin = NOON.astimezone(ZoneInfo("Europe/Berlin"))
    async with database.transaction(None) as tx:
        found = await tx.scalar(select(literal(in_berlin, Moment())))
    assert found == NOON
    assert found.tzinfo is UTC


async def test_a_datetime_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="needs a zone"):
        async with database.transaction(None) as tx:
            await tx.execute(select(literal(datetime(2026, 11, 21, 12), Moment())))  # noqa: DTZ001 - the point


async def test_no_moment_is_none(database: Database) -> None:
    async with database.transaction(None) as tx:
        assert await tx.scalar(select(literal(None, Moment()))) is None


async def test_durations_are_added_and_subtracted(database: Database) -> None:
    hour = timedelta(hours=1)
    due = literal(NOON, Moment())
    async with database.transaction(None) as tx:
        row = (await tx.execute(select(due + hour, due - hour, due - literal(NOON - hour, Moment())))).one()
    assert list(row) == [NOON + hour, NOON - hour, hour]


async def test_no_table_holds_a_time_without_a_zone(database: Database) -> None:
    query = text("""
        select table_name, column_name from information_schema.columns
         where table_schema not in ('pg_catalog', 'information_schema')
           and data_type = 'timestamp without time zone'
    """)
    async with database.worker_transaction() as tx:
        assert (await tx.execute(query)).all() == []


@pytest.mark.parametrize("deep", [1, 500])
async def test_json_comes_back_however_deep_it_goes(database: Database, deep: int) -> None:
    written = "[" * deep + '"caf\u00e9", 0.1, 12345678901234567890123' + "]" * deep
    async with database.transaction(None) as tx:
        found = await tx.scalar(select(cast(literal(written), JSONB)))
    assert found == json.loads(written)
