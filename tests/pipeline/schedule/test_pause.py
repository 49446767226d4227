"""The switches on their four levels: what they hold, what they let go, who may turn them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from signoff.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from signoff.kernel.people import Actor
from signoff.pipeline.publish.claim import claim
from signoff.pipeline.schedule.pause import pause
from signoff.pipeline.schedule.resume import resume
from signoff.records.alerts.notices import open_pauses
from signoff.records.deliveries.queries import get_delivery
from signoff.records.models import Delivery
from signoff.records.states import DeliveryAction
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.posts import moved, scheduled
from tests.support.world import Neighbour, connect_board

Target = Callable[[Delivery], UUID | None]

LEVELS: dict[str, Target] = {
    "global": lambda _: None,
    "organization": lambda _: None,
    "brand": lambda delivery: delivery.brand_id,
    "channel": lambda delivery: delivery.channel_id,
}


@pytest.fixture
async def due(runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock) -> Delivery:
    """A delivery whose time has come."""
    delivery = await scheduled(runtime, owner, channel)
    clock.advance(timedelta(hours=2))
    return delivery


async def waiting(runtime: Runtime, actor: Actor, delivery: Delivery) -> str:
    said = (await get_delivery(runtime, actor, delivery.id)).view.waiting
    return said.text if said else ""


@pytest.mark.parametrize("level", LEVELS)
async def test_a_pause_holds_what_is_due_and_says_so_until_it_is_resumed(
    runtime: Runtime, owner: Actor, due: Delivery, level: str
) -> None:
    target = LEVELS[level](due)
    await pause(runtime, owner, level, target, reason="The shop is flooded")
    assert await claim(runtime, "a worker", 10) == []
    assert await waiting(runtime, owner, due) == "Paused: The shop is flooded"
    assert [one.scope for one in await open_pauses(runtime, owner)] == [level]
    assert (await resume(runtime, owner, level, target)).released == 1
    assert await waiting(runtime, owner, due) == ""
    assert [lease.delivery_id for lease in await claim(runtime, "a worker", 10)] == [due.id]


async def test_a_narrow_pause_holds_nothing_else(
    runtime: Runtime, owner: Actor, brand: Brand, due: Delivery, clock: ShiftableClock
) -> None:
    second = await connect_board(runtime, owner, brand, "mercado")
    other = await scheduled(runtime, owner, second)
    clock.advance(timedelta(hours=2))
    await pause(runtime, owner, "channel", due.channel_id, reason="Wet paint")
    assert [lease.delivery_id for lease in await claim(runtime, "a worker", 10)] == [other.id]


async def test_one_organizations_pause_is_not_anothers(
    runtime: Runtime, owner: Actor, neighbour: Neighbour, due: Delivery, clock: ShiftableClock
) -> None:
    theirs = await scheduled(runtime, neighbour.owner, neighbour.channel)
    clock.advance(timedelta(hours=2))
    await pause(runtime, owner, "organization", None, reason="Holidays")
    assert await open_pauses(runtime, neighbour.owner) == []
    assert [lease.delivery_id for lease in await claim(runtime, "a worker", 10)] == [theirs.id]


async def test_a_global_pause_holds_everybody_and_everybody_sees_it(
    runtime: Runtime, owner: Actor, neighbour: Neighbour, due: Delivery, clock: ShiftableClock
) -> None:
    theirs = await scheduled(runtime, neighbour.owner, neighbour.channel)
    clock.advance(timedelta(hours=2))
    await pause(runtime, owner, "global", None, reason="Maintenance")
    assert await claim(runtime, "a worker", 10) == []
    assert await waiting(runtime, neighbour.owner, theirs) == "Paused: Maintenance"


async def test_of_two_pauses_both_must_end(runtime: Runtime, owner: Actor, due: Delivery) -> None:
    await pause(runtime, owner, "organization", None, reason="Holidays")
    await pause(runtime, owner, "channel", due.channel_id, reason="Wet paint")
    await resume(runtime, owner, "organization", None)
    assert await claim(runtime, "a worker", 10) == []
    await resume(runtime, owner, "channel", due.channel_id)
    assert len(await claim(runtime, "a worker", 10)) == 1


@pytest.mark.parametrize("level", LEVELS)
async def test_the_answer_lists_what_is_on_its_way(
    runtime: Runtime, owner: Actor, due: Delivery, level: str
) -> None:
    await moved(runtime, due.id, DeliveryAction.CLAIM, DeliveryAction.LOSE_TRACK)
    paused = await pause(runtime, owner, level, LEVELS[level](due), reason="Wait")
    assert [view.delivery.id for view in paused.on_their_way] == [due.id]


@pytest.mark.parametrize("level", LEVELS)
async def test_a_switch_turned_twice_says_that_it_is(
    runtime: Runtime, owner: Actor, due: Delivery, level: str
) -> None:
    target = LEVELS[level](due)
    with pytest.raises(WrongState, match="isn't paused"):
        await resume(runtime, owner, level, target)
    await pause(runtime, owner, level, target, reason="Wait")
    with pytest.raises(WrongState, match="paused already"):
        await pause(runtime, owner, level, target, reason="Wait again")


async def test_who_may_turn_which_switch(
    runtime: Runtime, publisher: Actor, reviewer: Actor, admin: Actor, neighbour: Neighbour, due: Delivery
) -> None:
    for actor, level in ((publisher, "brand"), (publisher, "channel"), (admin, "organization")):
        await pause(runtime, actor, level, LEVELS[level](due), reason="Wait")
    refused = ((reviewer, "channel"), (publisher, "organization"), (admin, "global"))
    for actor, level in (*refused, (neighbour.owner, "global")):
        with pytest.raises(NotAllowed):
            await pause(runtime, actor, level, LEVELS[level](due), reason="Wait")


@pytest.mark.parametrize(
    ("level", "has_target"),
    [("planet", False), ("brand", False), ("channel", False), ("organization", True), ("global", True)],
)
async def test_a_switch_that_is_none_is_refused(
    runtime: Runtime, owner: Actor, level: str, *, has_target: bool
) -> None:
    with pytest.raises(Invalid):
        await pause(runtime, owner, level, uuid4() if has_target else None, reason="Wait")


async def test_a_pause_says_why(runtime: Runtime, owner: Actor) -> None:
    with pytest.raises(Invalid, match="Say why"):
        await pause(runtime, owner, "organization", None, reason="  ")


@pytest.mark.parametrize("level", ["brand", "channel"])
async def test_what_is_anothers_is_not_there(
    runtime: Runtime, owner: Actor, neighbour: Neighbour, level: str
) -> None:
    target = neighbour.brand.id if level == "brand" else neighbour.channel.id
    for nobody in (target, uuid4()):
        with pytest.raises(NotFound):
            await pause(runtime, owner, level, nobody, reason="Wait")
