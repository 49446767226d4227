"""Alarms: troubles of the installation that stand until they are over, told once whoever sees them.

Raising one tells those who run the installation, by an alert. Who closes the alert has taken note of it; the
alarm stands all the same, and nobody is told again until it has ended and come back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import now_sql
from signoff.records.alerts.raising import INSTALLATION, tell_operators
from signoff.records.models import Alarm, Alert


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong, in words."""

    key: str
    """The same as long as it is the same trouble."""
    title: str
    cause: str
    next_step: str
    for_everybody: bool = False
    """It concerns the posts of all organizations, so each sees it on its pages."""
    detail: str = ""
    """What only those who run the installation are told besides: hosts, and who did what."""


async def raise_alarm(tx: AsyncSession, trouble: Trouble) -> bool:
    """Tell the operators unless the alarm stands already, whose words are then brought up to date.

    Tells whether it is new. `tx` must see all organizations.
    """
    words = {
        "title": trouble.title,
        "cause": trouble.cause,
        "next_step": trouble.next_step,
        "for_everybody": trouble.for_everybody,
    }
    begun = insert(Alarm).values(key=trouble.key, **words)
    anew = words | {"raised_at": now_sql(), "ended_at": None}
    begin = begun.on_conflict_do_update(
        index_elements=[Alarm.key], set_=anew, where=Alarm.ended_at.is_not(None)
    )
    if await tx.scalar(begin.returning(Alarm.key)) is None:
        changed = update(Alarm).where(Alarm.key == trouble.key, Alarm.cause != trouble.cause)
        await tx.execute(changed.values(**words))
        return False
    await tell_operators(
        tx,
        trouble.key,
        title=trouble.title,
        cause=f"{trouble.cause} {trouble.detail}".strip(),
        next_step=trouble.next_step,
        tells_end=True,
    )
    return True


async def end_alarms(tx: AsyncSession, keys: Sequence[str]) -> list[str]:
    """End those that stand, and close the alerts about them; gives their keys."""
    if not keys:
        return []
    over = update(Alarm).where(Alarm.key.in_(keys), Alarm.ended_at.is_(None)).values(ended_at=now_sql())
    ended = list((await tx.scalars(over.returning(Alarm.key))).all())
    told: Final = [f"{INSTALLATION}{key}:-" for key in ended]
    if told:
        close = update(Alert).where(Alert.fold_key.in_(told), Alert.closed_at.is_(None))
        await tx.execute(close.values(closed_at=now_sql()).execution_options(synchronize_session=False))
    return ended


async def standing_alarms(tx: AsyncSession) -> list[Alarm]:
    """List what is wrong now, oldest first: all of it for the workers' role, else what concerns everybody."""
    query = select(Alarm).where(Alarm.ended_at.is_(None)).order_by(Alarm.raised_at, Alarm.key)
    return list((await tx.scalars(query)).all())
