"""The periodic jobs: how each went, and its switch. For those who run the installation."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import Problem
from signoff.watch.jobs import disable_job, enable_job, list_jobs, list_runs
from signoff.web.once import new_router
from signoff.web.visit import Reading, Sending, Visit

router = new_router("/settings/jobs")


@router.get("")
async def show_jobs(visit: Reading) -> HTMLResponse:
    """List the timetable."""
    return await _page(visit)


@router.get("/{name}")
async def show_runs(visit: Reading, name: str) -> HTMLResponse:
    """Show what a job did."""
    jobs = await list_jobs(visit.runtime, visit.actor)
    runs = await list_runs(visit.runtime, visit.actor, name, limit=100)
    job = next(job for job in jobs if job.name == name)
    return await visit.page("settings/job.html", "settings", job=job, runs=runs)


@router.post("/{name}/disable")
async def send_disable(visit: Sending, name: str, reason: Annotated[str, Form()] = "") -> Response:
    """Switch a job off."""
    try:
        await disable_job(visit.runtime, visit.actor, name, reason=reason)
    except Problem as problem:
        return await _page(visit, problem)
    return visit.done("/settings/jobs", "It doesn't run any more.", icon="pause", tone="warn")


@router.post("/{name}/enable")
async def send_enable(visit: Sending, name: str) -> Response:
    """Switch a job on."""
    try:
        await enable_job(visit.runtime, visit.actor, name)
    except Problem as problem:
        return await _page(visit, problem)
    return visit.done("/settings/jobs", "It runs again at its times.", icon="play")


async def _page(visit: Visit, problem: Problem | None = None) -> HTMLResponse:
    jobs = await list_jobs(visit.runtime, visit.actor)
    status = problem.status if problem else 200
    return await visit.page("settings/jobs.html", "settings", status=status, jobs=jobs, problem=problem)
