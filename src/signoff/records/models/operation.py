"""Tables of what runs: processes, pauses, restored backups."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import FetchedValue, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from signoff.db.base import Base
from signoff.kernel.ids import (
    OrganizationId,
    PauseId,
    PersonId,
    new_id,
)
from signoff.records.states import (
    OnResume,
)


class Pause(Base):
    """A switch that holds deliveries: of everything, an organization, a brand or a channel."""

    __tablename__ = "pauses"

    id: Mapped[PauseId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId | None]
    scope: Mapped[str]
    target_id: Mapped[UUID | None]
    reason: Mapped[str]
    on_resume: Mapped[OnResume] = mapped_column(default=OnResume.PUBLISH)
    """What becomes of what is overdue then, unless somebody says otherwise when resuming."""
    created_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    resumed_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    resumed_at: Mapped[datetime | None]


class WorkerRow(Base):
    """A worker process, as far as its heartbeat tells."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    in_flight: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    """When it last took something up."""


class WatcherRow(Base):
    """A process that watches, which each of ours does, as far as its rounds tell."""

    __tablename__ = "watchers"

    id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    serves_pages: Mapped[bool]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]


class Restore(Base):
    """A backup was restored: every delivery that was open in it is in doubt."""

    __tablename__ = "restores"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    restored_at: Mapped[datetime]
    since: Mapped[datetime]
    """When the backup was made: what was published after that isn't on record here."""
    reason: Mapped[str]
    token_floor: Mapped[int]
    """Above every token that a worker may still hold."""
