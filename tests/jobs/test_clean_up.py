"""What cancelled deliveries left on a platform is removed, sooner or later, and never for long in the way."""

# ruff: noqa: ARG002 - a connector is told more than this one needs to know

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select

from signoff.connectors.base import Checkpoint, Connector, KeepCheckpoint, Parcel, Receipt
from signoff.connectors.errors import Ambiguous, TryLater
from signoff.kernel.people import Actor
from signoff.organizations.channels.remove import remove_channel
from signoff.organizations.sweep import sweep
from signoff.pipeline.publish.clean_up import clean_up
from signoff.pipeline.schedule.change import cancel
from signoff.records.models import Alert, Delivery
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import scheduled


@dataclass
class Drawer(Noticeboard):
    """A noticeboard whose drafts lie in a drawer until somebody clears it."""

    drawer: list[str] = field(default_factory=list)

    async def prepare(self, parcel: Parcel, done: Checkpoint, keep: KeepCheckpoint) -> Checkpoint:
        self.drawer.append(parcel.key)
        return await super().prepare(parcel, done, keep)

    async def commit(self, parcel: Parcel, ready: Checkpoint) -> Receipt:
        raise TryLater("Come back later.")

    async def clean_up(self, parcel: Parcel, left: Checkpoint) -> None:
        self._fail()
        self.drawer = [draft for draft in self.drawer if draft != left["draft"]]


@pytest.fixture
def noticeboard() -> Drawer:
    return Drawer()


@pytest.fixture
def connectors(noticeboard: Drawer) -> Mapping[str, Connector]:
    return {"noticeboard": noticeboard}


@pytest.fixture
async def cancelled(
    runtime: Runtime, publisher: Actor, channel: Channel, noticeboard: Drawer, clock: ShiftableClock
) -> Delivery:
    """A delivery that got as far as a draft, was put back, and was cancelled then."""
    delivery = await scheduled(runtime, publisher, channel)
    clock.advance(timedelta(hours=1, seconds=1))
    await Worker(runtime).run_until_idle()
    assert len(noticeboard.drawer) == 1
    await cancel(runtime, publisher, delivery.id)
    return delivery


async def test_a_draft_is_removed_once(runtime: Runtime, cancelled: Delivery, noticeboard: Drawer) -> None:
    assert await clean_up(runtime) == 1
    assert noticeboard.drawer == []
    assert await clean_up(runtime) == 0


async def test_a_platform_that_is_away_is_asked_again_later(
    runtime: Runtime, cancelled: Delivery, noticeboard: Drawer, clock: ShiftableClock
) -> None:
    noticeboard.fails_with = [TryLater("The board is being painted.")]
    assert await clean_up(runtime) == 0
    assert await clean_up(runtime) == 0, "not at once"
    clock.advance(timedelta(hours=1, seconds=1))
    assert await clean_up(runtime) == 1
    assert noticeboard.drawer == []


async def test_in_the_end_it_is_given_up(
    runtime: Runtime, cancelled: Delivery, noticeboard: Drawer, clock: ShiftableClock
) -> None:
    clock.advance(timedelta(days=4))
    noticeboard.fails_with = [TryLater("The board is gone.")]
    assert await clean_up(runtime) == 1
    clock.advance(timedelta(days=1))
    assert await clean_up(runtime) == 0
    assert len(noticeboard.drawer) == 1


async def test_a_post_that_is_public_is_left_to_a_person_who_is_told_once(
    runtime: Runtime, publisher: Actor, cancelled: Delivery, noticeboard: Drawer, clock: ShiftableClock
) -> None:
    noticeboard.fails_with = [Ambiguous("The post is public: https://board.test/7")]
    assert await clean_up(runtime) == 1
    clock.advance(timedelta(hours=2))
    assert await clean_up(runtime) == 0
    async with runtime.transaction(publisher.organization_id) as tx:
        query = select(Alert).where(Alert.delivery_id == cancelled.id, Alert.title.startswith("Public"))
        (alert,) = (await tx.scalars(query)).all()
    assert alert.cause == "The post is public: https://board.test/7"
    assert len(noticeboard.drawer) == 1


async def test_a_removed_channel_keeps_its_key_until_the_draft_is_gone(
    runtime: Runtime, cancelled: Delivery, noticeboard: Drawer, admin: Actor, channel: Channel
) -> None:
    await remove_channel(runtime, admin, channel.id)
    await clean_up(runtime)
    assert noticeboard.drawer == []
    await sweep(runtime)
    async with runtime.worker_transaction() as tx:
        stored = await tx.get_one(Channel, channel.id)
        await tx.refresh(stored, ["credentials"])
        assert stored.credentials is None
