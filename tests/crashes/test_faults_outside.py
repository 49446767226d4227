"""Every fault at every call of a real WordPress, and at every change of a file of the export.

`make crashes` tries all of them, `make test` each fault at every third place. Wherever it strikes, in an
attempt or in the look after a lost answer: one post is out, or none and people are told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final, TypeVar, get_args

import pytest

from signoff.kernel.people import Actor
from signoff.organizations.channels import get_channel, reconnect_channel
from signoff.records.models import Delivery
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.settings import Settings
from signoff.worker.loop import Worker
from tests.crashes.batch import connected, mark_of, planned
from tests.crashes.bench import AT_REST
from tests.crashes.disk import DISK, REFUSALS
from tests.crashes.effects import EVERY_POINT, WAITS_S
from tests.crashes.platforms import STAND_INS, Place, Platform
from tests.support.clock import ShiftableClock
from tests.support.faults import Fault, FaultyProxy
from tests.support.publishing import later, row

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

CALL_FAULTS: Final = tuple(fault for fault in get_args(Fault) if not fault.startswith("kill"))
STEP: Final = 1 if EVERY_POINT else 3

T = TypeVar("T")
Struck = Callable[[], AbstractContextManager[None]]


@dataclass
class Trials:
    """Deliveries of one channel, each met by one fault."""

    runtime: Runtime
    owner: Actor
    clock: ShiftableClock
    platform: Platform
    channel: Channel
    begun: list[tuple[str, Delivery]] = field(default_factory=list)

    async def try_one(self, what: str, struck: Struck) -> None:
        """Publish one more; what strikes does so until it has come to rest."""
        number = len(self.begun)
        (delivery,) = await planned(
            self.runtime,
            self.owner,
            self.channel,
            self.platform,
            range(number, number + 1),
            due_in=timedelta(seconds=30),
        )
        self.begun.append((what, delivery))
        worker = Worker(self.runtime)
        with struck():
            await later(worker, self.clock, seconds=31)
            for wait in (*WAITS_S, 700, 3700):
                shown = await row(self.runtime, self.owner, delivery)
                if str(shown.state) in AT_REST or (shown.asks_person and shown.next_look_at is None):
                    break
                await later(worker, self.clock, seconds=wait)
        if (await get_channel(self.runtime, self.owner, self.channel.id)).state != "connected":
            await reconnect_channel(self.runtime, self.owner, self.channel.id, self.platform.credentials)

    async def wrong(self) -> list[tuple[str, str, int, str]]:
        """Those that are neither out once, nor not out and told to people."""
        visible = await self.platform.texts()
        found = []
        for number, (what, delivery) in enumerate(self.begun):
            shown = await row(self.runtime, self.owner, delivery)
            times = sum(mark_of(self.channel, number) in text for text in visible)
            is_told = bool(shown.next_step) and (str(shown.state) == "failed" or shown.asks_person)
            if (str(shown.state), times) != ("published", 1) and not (is_told and times == 0):
                found.append((what, str(shown.state), times, shown.error))
        return found


@pytest.fixture
def platform(request: pytest.FixtureRequest, settings: Settings, proxy: FaultyProxy) -> Platform:
    """The one that the test names."""
    return STAND_INS[request.param](Place(request, settings, proxy))


@pytest.fixture
async def trials(
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    clock: ShiftableClock,
    platform: Platform,
    pictures_are_served: None,
) -> Trials:
    return Trials(runtime, owner, clock, platform, await connected(runtime, owner, brand, platform))


def tried(faults: Sequence[T], places: range) -> list[tuple[int, T]]:
    """Which faults at which places: each fault begins at another one."""
    return [(at, fault) for shift, fault in enumerate(faults) for at in places if (at + shift) % STEP == 0]


@pytest.mark.server
@pytest.mark.parametrize("platform", ["wordpress"], indirect=True)
async def test_a_fault_at_any_call_of_a_real_server(trials: Trials, proxy: FaultyProxy) -> None:
    @contextmanager
    def struck(faults: Mapping[int, Fault]) -> Iterator[None]:
        proxy.calls.clear()
        proxy.plan = lambda number, _call: faults.get(number)
        yield
        proxy.plan = lambda _number, _call: None

    await trials.try_one("nothing", partial(struck, {}))
    calls = list(proxy.calls)
    commit = max(number for number, call in enumerate(calls) if call.startswith("POST"))
    lost: Mapping[int, Fault] = {commit: "lose answer"}
    await trials.try_one("the answer is lost", partial(struck, lost))
    looking = range(commit + 1, len(proxy.calls))
    assert looking

    for at, fault in tried(CALL_FAULTS, range(len(calls))):
        await trials.try_one(f"{fault} at {calls[at]}", partial(struck, {at: fault}))
    for at, fault in tried(CALL_FAULTS, looking):
        await trials.try_one(f"{fault} at look {at}", partial(struck, {**lost, at: fault}))
    assert not await trials.wrong()


@pytest.mark.parametrize("platform", ["html"], indirect=True)
async def test_a_fault_at_any_change_of_a_file(trials: Trials, platform: Platform) -> None:
    assert platform.folder is not None
    folder = platform.folder
    await trials.try_one("nothing", partial(DISK.watched, folder))
    changes = DISK.changes
    assert changes > 2, "the pictures, the page"
    for at, refusal in tried(list(REFUSALS), range(changes)):
        await trials.try_one(f"{refusal} at change {at}", partial(DISK.watched, folder, at, refusal))
    assert not await trials.wrong()
