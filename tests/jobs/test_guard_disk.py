"""Before a disk is full, publishing pauses and people are told. The disk is real, the reserve too large."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from signoff.kernel.people import Actor
from signoff.pipeline.schedule.guard_disk import guard_disk
from signoff.pipeline.schedule.resume import resume
from signoff.records.alerts.notices import open_alerts, open_pauses
from signoff.records.states import OnResume
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import scheduled


@pytest.fixture
def full(runtime: Runtime) -> Runtime:
    """The same installation, where more is to be kept free than there is."""
    free = shutil.disk_usage(runtime.settings.data_dir).free
    return replace(
        runtime, settings=runtime.settings.model_copy(update={"disk_reserve_bytes": 2 * free + 2**30})
    )


async def test_with_room_nothing_happens(runtime: Runtime, owner: Actor) -> None:
    roomy = replace(runtime, settings=runtime.settings.model_copy(update={"disk_reserve_bytes": 0}))
    assert await guard_disk(roomy) is None
    assert await open_pauses(runtime, owner) == []


async def test_without_room_nothing_goes_out_until_a_person_resumes(
    runtime: Runtime,
    full: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    noticeboard: Noticeboard,
) -> None:
    await scheduled(runtime, owner, channel)
    for _ in range(3):
        assert await guard_disk(full) == runtime.settings.data_dir
    (pause,) = await open_pauses(runtime, owner)
    assert pause.scope == "global"
    assert "The disk is almost full" in pause.reason
    (alert,) = await open_alerts(runtime, owner)
    assert "publishing is paused" in alert.title
    clock.advance(timedelta(hours=2))
    await Worker(runtime).run_until_idle()
    assert noticeboard.notes == []
    await resume(runtime, owner, "global", None, OnResume.PUBLISH)
    await Worker(runtime).run_until_idle()
    assert len(noticeboard.notes) == 1
