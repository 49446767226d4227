"""Holding everything when the installation itself is in trouble. A person looks, and resumes."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.kernel.ids import PauseId, new_id
from signoff.kernel.people import worker_actor
from signoff.records.alerts.raising import homes_of_operators
from signoff.records.models import Pause
from signoff.records.states import OnResume


async def hold_everything(tx: AsyncSession, reason: str) -> bool:
    """Pause the whole installation; False if it is paused already.

    `tx` must see all organizations.
    """
    pause_id = PauseId(new_id())
    row = insert(Pause).values(id=pause_id, scope="global", reason=reason, on_resume=OnResume.ASK)
    if await tx.scalar(row.on_conflict_do_nothing().returning(Pause.id)) is None:
        return False
    for home in await homes_of_operators(tx):
        after = {"scope": "global", "reason": reason}
        chain.record(tx, worker_actor(home), "pause.start", ("pause", pause_id), after=after)
    return True
