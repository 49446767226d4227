"""What was done with many posts at once, kept for a day so that it can be taken back as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import FetchedValue, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from signoff.db.base import Base
from signoff.db.clock import now_sql
from signoff.kernel.errors import NotFound, WrongState
from signoff.kernel.ids import OrganizationId, PersonId, UndoId, new_id
from signoff.kernel.people import Actor, May
from signoff.runtime import Runtime

KEPT: Final = timedelta(days=1)


class Undo(Base):
    """One thing that somebody did with many posts, and with what each is taken back."""

    __tablename__ = "undos"

    id: Mapped[UndoId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId]
    person_id: Mapped[PersonId]
    action: Mapped[str]
    items: Mapped[list[dict[str, Any]]]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    used_at: Mapped[datetime | None]


async def keep_undo(
    runtime: Runtime, actor: Actor, action: str, items: Sequence[Mapping[str, Any]]
) -> UndoId | None:
    """Note what would take it back; None where there is nothing, or nobody in person did it."""
    if not items or actor.is_agent or actor.person_id is None:
        return None
    row = Undo(
        id=UndoId(new_id()),
        organization_id=actor.organization_id,
        person_id=actor.person_id,
        action=action,
        items=[dict(item) for item in items],
    )
    async with runtime.transaction(actor.organization_id) as tx:
        tx.add(row)
    return row.id


async def read_undo(runtime: Runtime, actor: Actor, undo_id: UndoId, needs: Mapping[str, May]) -> Undo:
    """Give what is to be taken back, to whoever did it; `needs` says for each action what it takes.

    Raises:
        NotAllowed: An agent asks, or the role or token doesn't do.
        NotFound: Not there, somebody else's, or a day ago.
        WrongState: It was taken back already.
    """
    own = (
        Undo.id == undo_id,
        Undo.organization_id == actor.organization_id,
        Undo.person_id == actor.need_person(),
        Undo.created_at > now_sql() - KEPT,
    )
    async with runtime.transaction(actor.organization_id) as tx:
        found: Undo | None = await tx.scalar(select(Undo).where(*own))
    if found is None:
        raise NotFound(
            "This can't be taken back any more.",
            next_step="Change the posts one by one; undo ends after a day.",
        )
    actor.need(needs[found.action])
    if found.used_at is not None:
        raise WrongState("This was taken back already.", next_step="Look at the posts.")
    return found


async def close_undo(runtime: Runtime, actor: Actor, undo: Undo) -> None:
    """Note that it was taken back. Written afterwards, so that what fails on the way can be tried again.

    Two who try at once find each post as the other left it; no step is taken back twice.
    """
    async with runtime.transaction(actor.organization_id) as tx:
        await tx.execute(update(Undo).where(Undo.id == undo.id).values(used_at=now_sql()))


async def forget_old_undos(tx: AsyncSession) -> None:
    """Delete what can't be used any more, over all organizations. For the timetable; repeatable."""
    await tx.execute(delete(Undo).where(Undo.created_at < now_sql() - KEPT))
