"""signoff jobs: what runs by itself, its log, its switches, and running one now. On the machine itself."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from signoff.cli.door import run_stoppable
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import local_time, say, show_json, show_table
from signoff.cli.wiring import opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager

    from signoff.jobs.models import JobRun, PeriodicJob
    from signoff.runtime import Runtime

jobs = typer.Typer(name="jobs", help="What runs by itself.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]
Name = Annotated[str, typer.Argument(metavar="JOB", help="Its name, from `signoff jobs list`.")]

_RUN_FIELDS: Final = ("job", "runner", "asked_by", "started_at", "ended_at", "status", "summary")
_JOB_FIELDS: Final = (
    "name", "title", "times", "disabled_at", "disabled_by", "disabled_why", "runner", "started_at",
    "ended_at", "status", "summary", "failures",
)  # fmt: skip


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(jobs, rich_help_panel="On this machine")


@jobs.command("list")
def list_jobs(as_json: Json = False) -> None:
    """List the timetable, with how each job went last."""

    async def work() -> None:
        from signoff.watch.jobs import jobs_on_record

        async with _at_hand() as runtime, runtime.worker_transaction() as tx:
            found = await jobs_on_record(tx)
        if as_json:
            show_json([_plain(job, _JOB_FIELDS) for job in found])
            return
        rows = [
            (job.name, job.times, local_time(_iso(job.ended_at)) or "never", _state(job), job.summary)
            for job in found
        ]
        show_table(("Job", "Times (UTC)", "Last", "State", "What it said"), rows)

    run_stoppable(work(), as_json=as_json)


@jobs.command("log")
def log(
    name: Annotated[str, typer.Argument(metavar="[JOB]", help="Of this job only.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    as_json: Json = False,
) -> None:
    """List what ran, the last first: when, how long, and how it ended."""

    async def work() -> None:
        from signoff.watch.jobs import runs_on_record

        async with _at_hand() as runtime, runtime.worker_transaction() as tx:
            found = await runs_on_record(tx, name, limit)
        if as_json:
            show_json([_plain(run, _RUN_FIELDS) for run in found])
            return
        rows = [
            (
                local_time(_iso(run.started_at)),
                run.job,
                f"{(run.ended_at - run.started_at).total_seconds():.1f} s",
                run.status,
                run.summary,
                run.runner,
            )
            for run in found
        ]
        show_table(("Began", "Job", "Took", "Ended", "What it said", "Where"), rows, empty="Nothing ran yet.")

    run_stoppable(work(), as_json=as_json)


@jobs.command("run")
def run(name: Name, as_json: Json = False) -> None:
    """Run a job now, in this process, unless it runs already or is disabled."""

    async def work() -> None:
        from signoff.jobs.run import AskedBy, run_job
        from signoff.records.deliveries.swapped import SwapWatch
        from signoff.worker.timetable import timetable, trusting

        async with _at_hand() as runtime:
            jobs = trusting(timetable(runtime), SwapWatch(runtime).look)
            job = next((job for job in jobs if job.name == name), None)
            if job is None:
                raise StoppedError(
                    Exit.REFUSED, "There is no such job.", next_step="Run `signoff jobs list`."
                )
            try:
                ran = await run_job(
                    runtime.worker_transaction, job, f"{socket.gethostname()} (by hand)", AskedBy.OPERATOR
                )
            except Exception as problem:
                raise StoppedError(
                    Exit.REFUSED,
                    f"It failed: {problem or type(problem).__name__}",
                    next_step=f"`signoff jobs log {name}` has the runs before.",
                ) from problem
        if ran.status == "busy":
            raise StoppedError(Exit.REFUSED, f"{ran.summary} runs it now.", next_step="Wait until it ended.")
        if ran.status == "disabled":
            raise StoppedError(
                Exit.REFUSED, f"It is disabled: {ran.summary}", next_step=f"Run `signoff jobs enable {name}`."
            )
        if as_json:
            show_json({"status": ran.status, "summary": ran.summary})
        else:
            say(f"Done. {ran.summary}".rstrip())

    run_stoppable(work(), as_json=as_json)


@jobs.command("disable")
def disable(
    name: Name,
    reason: Annotated[str, typer.Option(help="Why; the others read it.")],
    as_json: Json = False,
) -> None:
    """Keep a job from running until somebody enables it; a run under way ends."""

    async def work() -> None:
        from signoff.watch.jobs import ON_THE_MACHINE, switch_off

        async with _at_hand() as runtime, runtime.worker_transaction() as tx:
            job = await switch_off(tx, name, ON_THE_MACHINE, reason)
        if as_json:
            show_json(_plain(job, _JOB_FIELDS))
        else:
            say("It doesn't run any more.")

    run_stoppable(work(), as_json=as_json)


@jobs.command("enable")
def enable(name: Name, as_json: Json = False) -> None:
    """Let a job run again at its times."""

    async def work() -> None:
        from signoff.watch.jobs import switch_on

        async with _at_hand() as runtime, runtime.worker_transaction() as tx:
            job = await switch_on(tx, name)
        if as_json:
            show_json(_plain(job, _JOB_FIELDS))
        else:
            say("It runs again at its times.")

    run_stoppable(work(), as_json=as_json)


def _at_hand() -> AbstractAsyncContextManager[Runtime]:
    """Open the installation, its timetable written down."""
    from contextlib import asynccontextmanager

    from signoff.jobs.enrol import enrol
    from signoff.worker.timetable import timetable

    @asynccontextmanager
    async def enrolled() -> AsyncIterator[Runtime]:
        async with opened() as runtime:
            async with runtime.worker_transaction() as tx:
                await enrol(tx, timetable(runtime))
            yield runtime

    return enrolled()


def _state(job: PeriodicJob) -> str:
    if job.disabled_at:
        return f"disabled by {job.disabled_by}: {job.disabled_why}"
    if job.failures:
        return f"{job.status}, {job.failures} in a row"
    return job.status or "-"


def _iso(moment: Any) -> str | None:  # noqa: ANN401 - a moment or nothing
    return moment.isoformat() if moment else None


def _plain(row: PeriodicJob | JobRun, names: tuple[str, ...]) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in names}
    return {name: _iso(value) if name.endswith("_at") else value for name, value in found.items()}
