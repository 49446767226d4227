"""Putting the timetable on record, so that every process and every page knows what should run."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.jobs.job import Job
from signoff.jobs.models import PeriodicJob


async def enrol(tx: AsyncSession, jobs: Sequence[Job]) -> None:
    """Write down what is on the timetable; switches and results stay. What is no longer on it goes."""
    for job in sorted(jobs, key=lambda each: each.name):  # in one order, so that processes can't deadlock
        facts = {
            "title": job.title,
            "times": job.times,
            "silent_after_s": int(job.silent_after.total_seconds()),
        }
        row = insert(PeriodicJob).values(name=job.name, **facts)
        await tx.execute(row.on_conflict_do_update(index_elements=[PeriodicJob.name], set_=facts))
    names = [job.name for job in jobs]
    # A switch that somebody turned off outlives an older release that doesn't know the job.
    gone = delete(PeriodicJob).where(PeriodicJob.name.not_in(names), PeriodicJob.disabled_at.is_(None))
    await tx.execute(gone)
