"""Tables of the periodic jobs: what is on the timetable, and what each run came to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import FetchedValue
from sqlalchemy.orm import Mapped, mapped_column

from signoff.db.base import Base
from signoff.kernel.ids import new_id


class PeriodicJob(Base):
    """One line of the timetable: its switch, who runs it now, and how it ended last."""

    __tablename__ = "periodic_jobs"

    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    times: Mapped[str]
    """A cron expression in UTC; a sixth field counts seconds."""
    silent_after_s: Mapped[int]
    """Seconds without an ended run after which something is wrong."""
    enrolled_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    disabled_at: Mapped[datetime | None]
    disabled_by: Mapped[str] = mapped_column(default="")
    disabled_why: Mapped[str] = mapped_column(default="")
    turn: Mapped[int] = mapped_column(default=0)
    """Grows with every run; who comes back with an older one changes nothing."""
    runner: Mapped[str] = mapped_column(default="")
    asked_by: Mapped[str] = mapped_column(default="")
    started_at: Mapped[datetime | None]
    held_until: Mapped[datetime | None]
    """None: nobody runs it. In the past: who ran it is gone."""
    ended_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(default="")
    """How it ended last: done, failed or lost; empty before the first time."""
    summary: Mapped[str] = mapped_column(default="")
    failures: Mapped[int] = mapped_column(default=0)
    """In a row."""


class JobRun(Base):
    """One run of a job, written when it ended."""

    __tablename__ = "job_runs"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    job: Mapped[str]
    runner: Mapped[str]
    asked_by: Mapped[str]
    """timetable, operator, or watch: a watching process did what no worker did."""
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    status: Mapped[str]
    """done, failed, or lost: whoever ran it is gone."""
    summary: Mapped[str] = mapped_column(default="")
