"""Where a channel has room, read from the real tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg.errors import CheckViolation, ForeignKeyViolation, UniqueViolation

from signoff.kernel.cadence import Rule
from signoff.kernel.errors import NoRoom
from signoff.kernel.people import Actor
from signoff.pipeline.schedule.change import cancel
from signoff.pipeline.schedule.place import place
from signoff.records.models import Delivery
from signoff.records.planning.cadence import Placement, next_allowed, next_slot
from signoff.records.planning.placement import Schedule
from signoff.records.states import DeliveryAction
from signoff.records.tenants import CadenceRule, Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.posts import approved, moved
from tests.support.raw_sql import Role
from tests.support.world import Neighbour

MONDAY = datetime(2027, 3, 1, 8, tzinfo=UTC)  # nine o'clock in Madrid
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _on_the_sunday_before(clock: ShiftableClock) -> None:
    clock.advance(MONDAY - timedelta(days=1) - clock.now())


async def rule(runtime: Runtime, channel: Channel, **values: Any) -> None:
    """Set rules of the brand."""
    async with runtime.transaction(channel.organization_id) as tx:
        decides = ["min_gap", "max_per_day", "quiet_hours", "slots"]
        tx.add(
            CadenceRule(
                organization_id=channel.organization_id, brand_id=channel.brand_id, decides=decides, **values
            )
        )


async def planned(runtime: Runtime, owner: Actor, channel: Channel, due: datetime) -> Delivery:
    post = (await approved(runtime, owner, channel)).post
    return (await place(runtime, owner, post.id, Schedule(due_at=due)))[0].delivery


async def asked(runtime: Runtime, channel: Channel, wanted: datetime, **options: Any) -> Placement:
    async with runtime.worker_transaction() as tx:
        return await next_allowed(tx, channel, wanted, **options)


async def test_without_rules_every_moment_is_free(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    await planned(runtime, owner, channel, MONDAY)
    assert await asked(runtime, channel, MONDAY) == Placement(MONDAY)


async def test_what_is_planned_stands_in_the_way_until_it_is_cancelled(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    first = await planned(runtime, owner, channel, MONDAY)
    await rule(runtime, channel, min_gap_minutes=240)
    found = await asked(runtime, channel, MONDAY + HOUR)
    assert (found.at, found.moved_from) == (MONDAY + 4 * HOUR, MONDAY + HOUR)
    assert found.why == "Posts here are at least 4 h apart, and one is planned for Mon 1 Mar, 09:00."
    assert (await asked(runtime, channel, MONDAY + HOUR, leave_out=first.id)).moved_from is None
    await cancel(runtime, owner, first.id)
    assert (await asked(runtime, channel, MONDAY + HOUR)).moved_from is None


async def test_what_came_out_late_counts_from_when_it_came_out(
    runtime: Runtime, owner: Actor, channel: Channel, worker_sql: Role
) -> None:
    first = await planned(runtime, owner, channel, MONDAY)
    await rule(runtime, channel, min_gap_minutes=60)
    await moved(runtime, first.id, DeliveryAction.CLAIM)
    await worker_sql.run(
        "update deliveries set published_at = %s where id = %s",
        MONDAY + timedelta(days=9, seconds=20),
        first.id,
    )
    assert (await asked(runtime, channel, MONDAY)).moved_from is None
    found = await asked(runtime, channel, MONDAY + timedelta(days=9))
    assert found.at == MONDAY + timedelta(days=9) + HOUR


async def test_a_wait_until_later_takes_the_later_moment(
    runtime: Runtime, owner: Actor, channel: Channel, worker_sql: Role
) -> None:
    first = await planned(runtime, owner, channel, MONDAY)
    await rule(runtime, channel, min_gap_minutes=60)
    await worker_sql.run(
        "update deliveries set not_before = %s where id = %s",
        MONDAY + 2 * HOUR + timedelta(seconds=7),
        first.id,
    )
    assert (await asked(runtime, channel, MONDAY + 2 * HOUR)).at == MONDAY + 3 * HOUR


async def test_a_channels_own_rule_holds_instead_of_its_brands_and_the_rest_stays(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await planned(runtime, owner, channel, MONDAY)
    await rule(runtime, channel, min_gap_minutes=240, quiet_from="20:00", quiet_to="08:00")
    async with runtime.transaction(channel.organization_id) as tx:
        tx.add(
            CadenceRule(
                organization_id=channel.organization_id,
                channel_id=channel.id,
                decides=["min_gap", "max_per_day"],
                max_per_day=1,
            )
        )
    found = await asked(runtime, channel, MONDAY + timedelta(minutes=1))
    assert found.at == datetime(2027, 3, 2, 7, tzinfo=UTC)
    assert {reason.rule for reason in found.reasons} == {Rule.MAX_PER_DAY, Rule.QUIET_HOURS}


async def test_the_next_slot_is_the_first_that_is_free(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    await rule(runtime, channel, min_gap_minutes=60, slots=["Mo 09:00", "Th 17:30"])
    await planned(runtime, owner, channel, MONDAY)
    async with runtime.transaction(channel.organization_id) as tx:
        assert await next_slot(tx, channel, MONDAY) == Placement(datetime(2027, 3, 4, 16, 30, tzinfo=UTC))


async def test_no_room_in_sixty_days_is_said(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    await rule(runtime, channel, min_gap_minutes=43200)
    for days in (0, 30, 60):
        async with runtime.worker_transaction() as tx:
            found = await next_allowed(tx, channel, MONDAY + timedelta(days=days))
        await planned(runtime, owner, channel, found.at)
    with pytest.raises(NoRoom, match="no room in the 60 days from Monday 1 March, "):
        await asked(runtime, channel, MONDAY)
    clock.advance(timedelta(days=-90))
    with pytest.raises(NoRoom, match="from Monday 1 March 2027, "):
        await asked(runtime, channel, MONDAY)


async def test_rules_and_plans_of_others_change_nothing(
    runtime: Runtime, owner: Actor, channel: Channel, neighbour: Neighbour
) -> None:
    await rule(runtime, neighbour.channel, max_per_day=1)
    await planned(runtime, owner, channel, MONDAY)
    assert (await asked(runtime, channel, MONDAY)).moved_from is None


class TestTheTable:
    """What the database refuses, whoever asks."""

    INSERT = (
        "insert into cadence_rules (id, organization_id, brand_id, channel_id, decides, min_gap_minutes,"
        " max_per_day, quiet_from, quiet_to, slots) values (gen_random_uuid(), %(organization_id)s,"
        " %(brand_id)s, %(channel_id)s, %(decides)s, %(min_gap_minutes)s, %(max_per_day)s, %(quiet_from)s,"
        " %(quiet_to)s, %(slots)s)"
    )

    def values(self, channel: Channel, **values: Any) -> dict[str, Any]:
        empty = dict.fromkeys(["channel_id", "min_gap_minutes", "max_per_day", "quiet_from", "quiet_to"])
        return {
            "organization_id": channel.organization_id,
            "brand_id": channel.brand_id,
            "decides": ["min_gap", "max_per_day", "quiet_hours", "slots"],
            "slots": [],
            **empty,
            **values,
        }

    @pytest.mark.parametrize(
        "wrong",
        [
            {"min_gap_minutes": 0},
            {"min_gap_minutes": 43201},
            {"max_per_day": 0},
            {"quiet_from": "22:00"},
            {"quiet_from": "22:00", "quiet_to": "22:00"},
            {"quiet_from": "24:00", "quiet_to": "06:00"},
            {"slots": ["Monday 09:00"]},
            {"slots": ["Mo 09:00", None]},
            {"slots": ["Mo 9:00"]},
            {"decides": ["min_gap"], "max_per_day": 1},
            {"decides": ["colour"]},
            {"brand_id": None},
        ],
    )
    async def test_a_rule_that_makes_no_sense_is_not_stored(
        self, channel: Channel, app_sql: Role, wrong: dict[str, Any]
    ) -> None:
        with pytest.raises(CheckViolation):
            await app_sql.run(
                self.INSERT, organization=channel.organization_id, **self.values(channel, **wrong)
            )

    async def test_each_brand_has_one_set_of_rules(self, channel: Channel, app_sql: Role) -> None:
        values = self.values(channel, min_gap_minutes=60, slots=["Mo 09:00", "Su 23:59"])
        await app_sql.run(self.INSERT, organization=channel.organization_id, **values)
        with pytest.raises(UniqueViolation):
            await app_sql.run(self.INSERT, organization=channel.organization_id, **values)

    async def test_a_brand_of_others_gets_no_rules(
        self, channel: Channel, neighbour: Neighbour, app_sql: Role
    ) -> None:
        values = self.values(channel, brand_id=neighbour.brand.id)
        with pytest.raises(ForeignKeyViolation):
            await app_sql.run(self.INSERT, organization=channel.organization_id, **values)
