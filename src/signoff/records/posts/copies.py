"""Who has a draft open, and what stands in their editor that no revision holds: the table and its reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, FetchedValue, ForeignKey, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from signoff.db.base import Base
from signoff.db.clock import database_now, now_sql
from signoff.kernel.errors import NotFound
from signoff.kernel.ids import CopyId, OrganizationId, PersonId, PostId
from signoff.kernel.people import Actor, May
from signoff.records.tenants import Person
from signoff.runtime import Runtime

SILENT_AFTER: Final = timedelta(seconds=60)
"""A window that wasn't heard of for so long counts as closed; it speaks every 20 seconds."""
WORDS_KEPT: Final = timedelta(days=90)
"""How long words that were left behind can be taken up again."""
_WINDOWS_KEPT: Final = timedelta(days=1)
_SHOWN: Final = 50


class WorkingCopy(Base):
    """An editor window on a draft, and the words in it that no revision holds yet."""

    __tablename__ = "working_copies"

    id: Mapped[CopyId] = mapped_column(primary_key=True)
    """Made by the window."""
    organization_id: Mapped[OrganizationId]
    post_id: Mapped[PostId]
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    version: Mapped[int]
    """Of the post: what the words build on, which is what this window read or saved last."""
    turn: Mapped[int] = mapped_column(BigInteger)
    """Grows with every word from the window; what arrives late changes nothing."""
    fields: Mapped[list[Any] | None]
    """Pairs of name and value, exactly as they stand in the form; None: all is in a revision."""
    unsaved_since: Mapped[datetime | None]
    typed_at: Mapped[datetime | None]
    opened_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    seen_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    left_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Window:
    """A window, with the name of who sits in front of it."""

    copy: WorkingCopy
    name: str
    is_own: bool
    """It is the viewer's: another tab, or another device."""
    is_open: bool


@dataclass(frozen=True, slots=True)
class Others:
    """What goes on with a draft besides the viewer's own window."""

    here: Sequence[Window] = ()
    """Those who have it open now."""
    left: Sequence[Window] = ()
    """Closed windows whose words are in no revision, newest first."""


async def others_of(runtime: Runtime, actor: Actor, post_id: PostId, mine: CopyId | None = None) -> Others:
    """Tell who else has a draft open, and whose words aren't in it."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        return await read_others(tx, actor, post_id, mine)


async def read_others(tx: AsyncSession, actor: Actor, post_id: PostId, mine: CopyId | None) -> Others:
    """Tell the same inside an open transaction."""
    now = await database_now(tx)
    query = (
        select(WorkingCopy, Person)
        .join(Person, Person.id == WorkingCopy.person_id)
        .where(WorkingCopy.post_id == post_id, WorkingCopy.id.is_distinct_from(mine))
        .order_by(WorkingCopy.seen_at.desc())
        .limit(_SHOWN)
    )
    windows = [
        Window(
            copy=copy,
            name=person.display_name,
            is_own=copy.person_id == actor.person_id,
            is_open=copy.left_at is None and copy.seen_at > now - SILENT_AFTER,
        )
        for copy, person in await tx.execute(query)
    ]
    return Others(
        here=[window for window in windows if window.is_open],
        left=[window for window in windows if not window.is_open and window.copy.fields is not None],
    )


async def get_copy(runtime: Runtime, actor: Actor, post_id: PostId, copy_id: CopyId) -> WorkingCopy:
    """Give the words that somebody left in a draft's editor.

    Raises:
        NotFound: There are none, or they are in a revision by now.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        copy = await tx.get(WorkingCopy, copy_id)
        if copy is None or copy.post_id != post_id or copy.fields is None:
            raise NotFound("These words aren't kept any more.", next_step="Look at the versions of the post.")
        return copy


async def forget_old_copies(tx: AsyncSession) -> None:
    """Delete windows that closed long ago, over all organizations. For the timetable; repeatable."""
    is_empty = WorkingCopy.fields.is_(None) & (WorkingCopy.seen_at < now_sql() - _WINDOWS_KEPT)
    await tx.execute(delete(WorkingCopy).where(or_(is_empty, WorkingCopy.seen_at < now_sql() - WORDS_KEPT)))
