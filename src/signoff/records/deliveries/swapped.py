"""Noticing that the database was swapped for an older copy past `signoff restore`: a snapshot, a fail-over.

A small file in the data folder remembers which database was seen last and how far it was. A difference counts
as the restore of a backup.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import and_, exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit.models import AuditEntry, AuditHead
from signoff.db.identity import Identity, identity_of
from signoff.records.deliveries.restored import doubt_what_was_open, notes_of_restore
from signoff.records.models import Restore
from signoff.runtime import Runtime

FILE_NAME: Final = "database.seen"
_TURN: Final = 0x5167_0FF2
"""Advisory lock: of several workers one handles the swap."""
_REASON: Final = "The database isn't the one that was here before, or is an older copy of it."

_log = structlog.get_logger()

_IS_LAST: Final = and_(
    AuditHead.organization_id == AuditEntry.organization_id, AuditHead.seq == AuditEntry.seq
)


class SwapWatch:
    """Compares the database with the one seen last, in the name of one process."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._file = runtime.settings.data_dir / FILE_NAME
        self._last: Identity | None = None

    async def look(self) -> bool:
        """If it is another database, hold everything and doubt what was open; tells whether it did."""
        before = _read(self._file)  # first, so that another worker's progress is never taken for a step back
        async with self._runtime.worker_transaction() as tx:
            now = await identity_of(tx)
            if now is None:
                return False
            is_other = before is not None and before.was_swapped_for(now)
            is_swapped = before is not None and is_other and await _take_note(tx, before)
        if is_swapped:
            _log.warning("database_swapped", before=str(before), now=str(now))
            await doubt_what_was_open(self._runtime)
        self._remember(before, now, is_other=is_other)
        return is_swapped

    def _remember(self, before: Identity | None, now: Identity, *, is_other: bool) -> None:
        # What was seen a moment ago is on the server's disk for certain. What is seen now may be lost when
        # the server is killed, and would then look like a step back.
        if before is None or is_other:
            _keep(self._file, now)
        elif self._last is not None and self._last.intents > before.intents:
            _keep(self._file, self._last)
        self._last = now


async def _take_note(tx: AsyncSession, before: Identity) -> bool:
    """Note the swap unless somebody did since this process last looked; tells whether it did."""
    await tx.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
    if await tx.scalar(select(exists().where(Restore.restored_at > before.at))):
        return False
    last = select(func.max(AuditEntry.at)).join(AuditHead, _IS_LAST)
    since = await tx.scalar(last) or before.at
    for statement in notes_of_restore(since, _REASON):
        await tx.execute(statement)
    return True


def _read(file: Path) -> Identity | None:
    try:
        facts = json.loads(file.read_text("utf-8"))
        return Identity(**facts | {"at": datetime.fromisoformat(facts["at"])})
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _keep(file: Path, now: Identity) -> None:
    unfinished = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    unfinished.write_text(json.dumps(asdict(now) | {"at": now.at.isoformat()}), "utf-8")
    unfinished.replace(file)
