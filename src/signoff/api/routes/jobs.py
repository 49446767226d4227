"""The periodic jobs, for those who run the installation."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.api.schemas.base import ListOut
from signoff.api.schemas.jobs import JobOut, JobRunOut, SwitchOffIn
from signoff.kernel.errors import NotFound, WrongState
from signoff.watch import jobs

router = new_router("/jobs", "Operation")

JobName = Annotated[str, Path(description="Its name on the timetable.", pattern=r"^[\w-]{1,60}$")]


@router.get("", summary="List the periodic jobs")
async def list_jobs(actor: CurrentActor, runtime: CurrentRuntime) -> ListOut[JobOut]:
    """Give the timetable with how each job went last; for operators."""
    return ListOut(items=[JobOut.model_validate(job) for job in await jobs.list_jobs(runtime, actor)])


@router.get("/{job_name}/runs", summary="List what a job did", responses=problems(NotFound))
async def list_job_runs(
    job_name: JobName,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> ListOut[JobRunOut]:
    """Give its log, the last run first; for operators."""
    found = await jobs.list_runs(runtime, actor, job_name, limit)
    return ListOut(items=[JobRunOut.model_validate(run) for run in found])


@router.post("/{job_name}/disable", summary="Switch a job off", responses=problems(NotFound, WrongState))
async def disable_job(
    job_name: JobName, body: SwitchOffIn, actor: CurrentActor, runtime: CurrentRuntime
) -> JobOut:
    """Keep it from running until somebody enables it; a run under way ends. For operators."""
    return JobOut.model_validate(await jobs.disable_job(runtime, actor, job_name, reason=body.reason))


@router.post("/{job_name}/enable", summary="Switch a job on", responses=problems(NotFound, WrongState))
async def enable_job(job_name: JobName, actor: CurrentActor, runtime: CurrentRuntime) -> JobOut:
    """Let it run again at its times. For operators."""
    return JobOut.model_validate(await jobs.enable_job(runtime, actor, job_name))
