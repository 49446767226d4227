"""Every fault of the sandbox at every call of an attempt: one post, or none and people are asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import pytest

from signoff.kernel.people import Actor
from signoff.pipeline.recover.take_down import recover
from signoff.records.models import Delivery
from signoff.records.states import DeliveryState
from signoff.records.tenants import Brand
from signoff.runtime import Runtime
from signoff.sandbox.faults import FAULTS
from signoff.worker.loop import Worker
from tests.crashes import platforms
from tests.crashes.batch import connected, planned
from tests.support.clock import ShiftableClock
from tests.support.publishing import alerts, later, row
from tests.support.sandbox import Account, Sandbox

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "hang_before": {"seconds": 2},
    "hang_after": {"seconds": 2},
    "lost_and_late": {"seconds": 20},
    "slow_listing": {"seconds": 50},
    "container_slow": {"seconds": 20},
    "throttle_429": {"seconds": 120},
    "account_throttle": {"minutes": 5},
    "container_error": {"subcode": 2207026},
    "high_usage": {"percent": 99},
    "error_before": {"code": 1, "subcode": 0},
    "error_after": {"code": 1, "subcode": 0},
}
REST_S: Final = (10, 36, 60, 130, 260, 500, 700, 3700, 3700, 90_000)
"""The waits after which every fault is over: the longest is a publishing limit's."""
ROUNDS: Final = 4
"""An app's limit lets all its accounts rest: some have their first look only at the end of a round."""


@pytest.fixture
def graph_url(sandbox: Sandbox) -> str:
    """Not behind the proxy: the sandbox has faults of its own."""
    return sandbox.graph_url


@dataclass(frozen=True, slots=True)
class Case:
    """One fault at one call, for an account of its own."""

    call: str
    fault: str
    account: Account
    delivery: Delivery


@pytest.mark.parametrize("name", ["instagram", "facebook"])
async def test_a_fault_at_any_call_ends_with_one_post_or_a_question(  # noqa: PLR0917 - fixtures
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    clock: ShiftableClock,
    sandbox: Sandbox,
    name: str,
    pictures_are_served: None,
) -> None:
    cases = []
    plain = await calls_of(runtime, owner, brand, sandbox, clock, name, answer_is_lost=False)
    with_look = await calls_of(runtime, owner, brand, sandbox, clock, name, answer_is_lost=True)
    looking = {call for call in with_look if call not in plain or call.endswith(".read")}
    assert looking
    places = [(call, False) for call in sorted(plain)] + [(call, True) for call in sorted(looking)]
    for call, answer_is_lost in places:
        for fault in FAULTS:
            platform, account = platforms.seeded(sandbox, name)
            channel = await connected(runtime, owner, brand, platform)
            (delivery,) = await planned(runtime, owner, channel, platform, range(1))
            sandbox.fault(call, fault, account=account.id, **OPTIONS.get(fault, {}))
            if answer_is_lost:
                sandbox.fault(f"{name}.publish", "reset_after", account=account.id)
            cases.append(Case(call, fault, account, delivery))
    clock.advance(timedelta(hours=1))

    worker = Worker(runtime)
    await worker.run_until_idle()
    for _ in range(ROUNDS):
        for seconds in REST_S:
            sandbox.advance(seconds)
            await later(worker, clock, seconds=seconds)
        if await are_at_rest(runtime, owner, cases):
            break

    wrong, asked = [], 0
    for case in cases:
        shown = await row(runtime, owner, case.delivery)
        visible = len(sandbox.posts(case.account.id))
        is_certain = (str(shown.state), visible) in {("published", 1), ("failed", 0)}
        asked += shown.state is DeliveryState.FAILED or shown.asks_person
        if not is_certain and not (shown.asks_person and visible <= 1):
            wrong.append((case.call, case.fault, str(shown.state), visible, shown.error))
    assert not wrong
    assert len(await alerts(runtime, owner)) == asked > 0
    assert sandbox.faults() == [], "every fault struck"


async def test_a_post_taken_down_meanwhile_keeps_no_other_in_doubt(
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    clock: ShiftableClock,
    sandbox: Sandbox,
    pictures_are_served: None,
) -> None:
    async def passing(seconds: float) -> None:
        sandbox.advance(seconds)
        await later(worker, clock, seconds=seconds)

    platform, account = platforms.seeded(sandbox, "instagram")
    channel, worker = await connected(runtime, owner, brand, platform), Worker(runtime)
    soon = timedelta(seconds=30)
    (lost,) = await planned(runtime, owner, channel, platform, range(1), due_in=soon)
    sandbox.fault("instagram.publish", "reset_before")
    await passing(31)
    assert (await row(runtime, owner, lost)).state is DeliveryState.UNKNOWN

    (other,) = await planned(runtime, owner, channel, platform, range(1, 2), due_in=soon)
    await passing(31)
    await recover(runtime, owner, other.id, reason="The price is wrong")
    for seconds in (10, 60, 60, 60):
        await passing(seconds)

    assert (await row(runtime, owner, other)).state is DeliveryState.RECOVERED
    assert (await row(runtime, owner, lost)).state is DeliveryState.PUBLISHED
    assert len(sandbox.posts(account.id)) == 1
    assert await alerts(runtime, owner) == []


async def are_at_rest(runtime: Runtime, actor: Actor, cases: Sequence[Case]) -> bool:
    """Tell whether each delivery has ended, or waits for nothing but a person."""
    for case in cases:
        shown = await row(runtime, actor, case.delivery)
        has_ended = shown.state in {DeliveryState.PUBLISHED, DeliveryState.FAILED}
        if not has_ended and not (shown.asks_person and shown.next_look_at is None):
            return False
    return True


async def calls_of(
    runtime: Runtime,
    actor: Actor,
    brand: Brand,
    sandbox: Sandbox,
    clock: ShiftableClock,
    name: str,
    *,
    answer_is_lost: bool,
) -> set[str]:
    """The kinds of calls with which a post gets out, and is looked for when the answer was lost."""
    platform, account = platforms.seeded(sandbox, name)
    channel = await connected(runtime, actor, brand, platform)
    before = len(sandbox.requests(account.id))
    await planned(runtime, actor, channel, platform, range(1))
    if answer_is_lost:
        sandbox.fault(f"{name}.publish", "reset_after", account=account.id)
    clock.advance(timedelta(hours=1))
    worker = Worker(runtime)
    await worker.run_until_idle()
    await later(worker, clock, seconds=10)
    assert len(sandbox.posts(account.id)) == 1
    return {str(call["call"]) for call in sandbox.requests(account.id)[before:]}
