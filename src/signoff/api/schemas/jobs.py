"""Periodic jobs and their runs."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field

from signoff.api.schemas.base import In, Out


class SwitchOffIn(In):
    """Why a job shall not run."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "The platform is moving house"}]})

    reason: str = Field(min_length=1, max_length=2000)


class JobOut(Out):
    """A line of the timetable."""

    name: str
    title: str
    times: str
    """A cron expression in UTC; a sixth field counts seconds."""
    disabled_at: datetime | None
    disabled_by: str
    disabled_why: str
    runner: str
    """The process that ran it last, or runs it."""
    started_at: datetime | None
    ended_at: datetime | None
    status: str
    """How it ended last: done, failed or lost; empty before the first time."""
    summary: str
    failures: int
    """In a row."""


class JobRunOut(Out):
    """One run."""

    id: UUID
    job: str
    runner: str
    asked_by: str
    """timetable, operator, or watch: a watching process did what no worker did."""
    started_at: datetime
    ended_at: datetime
    status: str
    """done, failed, or lost: whoever ran it is gone."""
    summary: str
