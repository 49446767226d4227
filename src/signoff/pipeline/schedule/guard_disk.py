"""Pausing before a disk is full: a delivery that goes out must find room for its receipt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from signoff.db.embedded.place import Memory
from signoff.media.space import free_bytes
from signoff.records.alerts.raising import tell_operators
from signoff.records.deliveries.holding import hold_everything
from signoff.runtime import Runtime
from signoff.settings import Settings

_MEGABYTE: Final = 1024 * 1024


async def guard_disk(runtime: Runtime) -> Path | None:
    """Pause everything when less than the reserve is free; give the folder where it is.

    Each process looks at its own disks. Nothing is resumed by itself: a person looks, and resumes.
    """
    reserve = runtime.settings.disk_reserve_bytes
    for folder in guarded_folders(runtime.settings):
        if (free := await free_bytes(folder)) < reserve:
            await _pause(runtime, folder, free)
            return folder
    return None


def guarded_folders(settings: Settings) -> Iterator[Path]:
    """The data folder with media and backups, and the embedded database, which may be kept elsewhere."""
    yield settings.data_dir
    if settings.database_url is None and (memory := Memory.recall(settings.data_dir)):
        yield memory.place(settings.data_dir).folder


async def _pause(runtime: Runtime, folder: Path, free: int) -> None:
    reserve = runtime.settings.disk_reserve_bytes // _MEGABYTE
    said = f"Only {free // _MEGABYTE} MB are free for {folder}."
    async with runtime.worker_transaction() as tx:
        await hold_everything(tx, f"The disk is almost full. {said}")
        await tell_operators(
            tx,
            "disk",
            title="The disk is almost full, publishing is paused",
            cause=f"{said} Signoff keeps {reserve} MB (SIGNOFF_DISK_RESERVE_BYTES).",
            next_step="Free some space, close this alert, then resume publishing.",
        )
