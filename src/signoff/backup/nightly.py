"""The backup of each night, and how many of them are kept."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

from signoff.backup.installation import Installation
from signoff.backup.make import Backup, make_backup, name_now
from signoff.records.alerts.raising import tell_operators
from signoff.runtime import Runtime

KIND: Final = "nightly"


async def back_up_nightly(runtime: Runtime) -> Backup:
    """Make a backup in the data folder; older nightly ones go once this one is complete.

    Raises:
        NoSpace: The disk is or would become full. The older ones are kept.
        Unavailable: The database can't be reached.
    """
    settings = runtime.settings
    installation = Installation.of(
        settings, runtime.database.urls, runtime.vault.key_ids, clock_offset=runtime.clock.offset
    )
    folder = installation.backups
    backup = await make_backup(
        installation, folder / name_now(KIND), reserve_bytes=settings.disk_reserve_bytes
    )
    await asyncio.to_thread(_forget, folder, settings.backups_kept)
    if backup.missing:
        await _tell_missing(runtime, backup)
    return backup


def _forget(folder: Path, kept: int) -> None:
    for old in sorted(folder.glob(f"{KIND}-*.zip"))[:-kept]:
        old.unlink(missing_ok=True)
    for unfinished in folder.glob(f".{KIND}-*"):  # of a process that was killed
        unfinished.unlink(missing_ok=True)


async def _tell_missing(runtime: Runtime, backup: Backup) -> None:
    async with runtime.worker_transaction() as tx:
        await tell_operators(
            tx,
            "pictures",
            title="Pictures are missing in the backup",
            cause=f"The files of {len(backup.missing)} pictures are gone or were altered on disk, among them "
            f"{backup.missing[0]}.",
            next_step="Restore the media folder from an earlier backup, or upload these pictures again.",
        )
