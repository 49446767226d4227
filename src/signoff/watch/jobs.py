"""The periodic jobs in the hands of those who run the installation: how each went, and its switch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now
from signoff.jobs.models import JobRun, PeriodicJob
from signoff.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from signoff.kernel.notes import checked_note
from signoff.kernel.people import Actor, May
from signoff.records.pages import checked_limit
from signoff.runtime import Runtime

ON_THE_MACHINE: Final = "the command line"
"""Who switched a job without signing in."""


async def list_jobs(runtime: Runtime, actor: Actor) -> Sequence[PeriodicJob]:
    """List the timetable with how each job went last.

    Raises:
        NotAllowed: Not an operator of this installation.
    """
    _need_operator(actor, May.READ_AUDIT)
    async with runtime.worker_transaction() as tx:
        return await jobs_on_record(tx)


async def list_runs(runtime: Runtime, actor: Actor, name: str, limit: int = 50) -> Sequence[JobRun]:
    """List what a job did, the last run first.

    Raises:
        NotAllowed: Not an operator of this installation.
        NotFound: There is no such job.
    """
    _need_operator(actor, May.READ_AUDIT)
    async with runtime.worker_transaction() as tx:
        await _find(tx, name)
        return await runs_on_record(tx, name, checked_limit(limit))


async def disable_job(runtime: Runtime, actor: Actor, name: str, *, reason: str) -> PeriodicJob:
    """Keep a job from running until somebody enables it; a run under way ends.

    Raises:
        NotAllowed: Not an operator of this installation.
        NotFound: There is no such job.
        Invalid: The reason is missing or too long.
        WrongState: It is disabled already.
    """
    _need_operator(actor, May.MANAGE_BRANDS)
    async with runtime.worker_transaction() as tx:
        job = await switch_off(tx, name, actor.name or actor.email, reason)
        _record(tx, actor, "job.disable", name, reason)
        return job


async def enable_job(runtime: Runtime, actor: Actor, name: str) -> PeriodicJob:
    """Let a job run again at its times.

    Raises:
        NotAllowed: Not an operator of this installation.
        NotFound: There is no such job.
        WrongState: It isn't disabled.
    """
    _need_operator(actor, May.MANAGE_BRANDS)
    async with runtime.worker_transaction() as tx:
        job = await switch_on(tx, name)
        _record(tx, actor, "job.enable", name)
        return job


async def jobs_on_record(tx: AsyncSession) -> Sequence[PeriodicJob]:
    """Give the timetable as the last process that started wrote it down."""
    return (await tx.scalars(select(PeriodicJob).order_by(PeriodicJob.name))).all()


async def runs_on_record(tx: AsyncSession, name: str, limit: int) -> Sequence[JobRun]:
    """Give the runs of a job, or with an empty name of all, the last first."""
    query = select(JobRun).order_by(JobRun.started_at.desc()).limit(limit)
    return (await tx.scalars(query.where(JobRun.job == name) if name else query)).all()


async def switch_off(tx: AsyncSession, name: str, who: str, reason: str) -> PeriodicJob:
    """Disable a job. Raises as `disable_job`, but asks for no right."""
    why = checked_note(reason, "reason")
    if not why:
        raise Invalid("Say why: the others read it beside the job.", field="reason")
    job = await _find(tx, name, for_update=True)
    if job.disabled_at is not None:
        raise WrongState("It is disabled already.", next_step="Enable it first to change the reason.")
    job.disabled_at, job.disabled_by, job.disabled_why = await database_now(tx), who, why
    return job


async def switch_on(tx: AsyncSession, name: str) -> PeriodicJob:
    """Enable a job. Raises as `enable_job`, but asks for no right."""
    job = await _find(tx, name, for_update=True)
    if job.disabled_at is None:
        raise WrongState("It isn't disabled.", next_step="Reload to see how it stands.")
    job.disabled_at, job.disabled_by, job.disabled_why = None, "", ""
    return job


async def _find(tx: AsyncSession, name: str, *, for_update: bool = False) -> PeriodicJob:
    query = select(PeriodicJob).where(PeriodicJob.name == name)
    job = await tx.scalar(query.with_for_update() if for_update else query)
    if job is None:
        raise NotFound("There is no such job.", next_step="List the jobs to see which there are.")
    return job


def _need_operator(actor: Actor, what: May) -> None:
    actor.need(what)  # a limited token stays limited, whoever's it is
    if not actor.is_operator:
        raise NotAllowed(
            "Only an operator of this installation sees and switches its jobs.",
            next_step="Ask whoever runs it.",
        )


def _record(tx: AsyncSession, actor: Actor, action: str, name: str, reason: str = "") -> None:
    after = {"name": name} | ({"reason": reason} if reason else {})
    chain.record(tx, actor, action, ("job", _id_of(name)), after=after)


def _id_of(name: str) -> UUID:
    """Audit entries are about ids; a job's is computed from its name, which is all it has."""
    return uuid5(NAMESPACE_URL, f"signoff:job:{name}")
