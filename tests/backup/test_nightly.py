"""The backup of each night: on the worker's timetable, seven kept, and people told if there is none."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from signoff.backup.nightly import back_up_nightly
from signoff.backup.restore import opened_backup
from signoff.jobs.run import AskedBy, run_job
from signoff.kernel.errors import NoSpace
from signoff.kernel.people import Actor
from signoff.records.alerts.notices import open_alerts
from signoff.runtime import Runtime
from signoff.watch.watcher import Watcher
from signoff.worker.timetable import timetable


def nightly(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("nightly-*.zip"))


async def test_seven_are_kept_and_others_are_left_alone(runtime: Runtime, owner: Actor) -> None:
    roomy = replace(runtime, settings=runtime.settings.model_copy(update={"disk_reserve_bytes": 0}))
    folder = runtime.settings.data_dir / "backups"
    folder.mkdir()
    for day in range(10, 20):
        (folder / f"nightly-202601{day}T031700Z.zip").touch()
    (folder / "signoff-20260101T120000Z.zip").touch()
    made = await back_up_nightly(roomy)
    assert nightly(folder) == [*(f"nightly-202601{day}T031700Z.zip" for day in range(14, 20)), made.path.name]
    assert (folder / "signoff-20260101T120000Z.zip").exists()
    with opened_backup(made.path) as opened:
        assert opened.made_at == made.made_at


async def test_without_room_the_older_ones_stay(runtime: Runtime, owner: Actor) -> None:
    free = shutil.disk_usage(runtime.settings.data_dir).free
    full = replace(
        runtime,
        settings=runtime.settings.model_copy(update={"disk_reserve_bytes": 2 * free, "backups_kept": 1}),
    )
    folder = runtime.settings.data_dir / "backups"
    folder.mkdir()
    for day in (10, 11):
        (folder / f"nightly-202601{day}T031700Z.zip").touch()
    with pytest.raises(NoSpace):
        await back_up_nightly(full)
    assert len(nightly(folder)) == 2
    assert list(folder.glob(".*")) == []


async def test_a_night_without_a_backup_is_told_to_the_operators(runtime: Runtime, owner: Actor) -> None:
    settings = runtime.settings.model_copy(update={"disk_reserve_bytes": 2**60})
    full = replace(runtime, settings=settings)
    jobs = timetable(full)
    (backup,) = [job for job in jobs if job.name == "back_up"]
    assert backup.times == f"17 {runtime.settings.backup_hour} * * *"
    watcher = Watcher(full, jobs, serves_pages=True)
    await watcher.round()
    for _ in range(1 + len(backup.retries)):
        with pytest.raises(NoSpace):
            await run_job(full.worker_transaction, backup, "here", AskedBy.TIMETABLE)
    for _ in range(2):
        await watcher.round()
    (alert,) = await open_alerts(runtime, owner)
    assert alert.title == "A periodic job keeps failing: Make the nightly backup"
    assert "free" in alert.cause
