"""What runs in the background besides publishing, and when."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final

from signoff.backup.nightly import back_up_nightly
from signoff.db.partitions import keep_months
from signoff.jobs.background import QUEUE, Background
from signoff.jobs.history import forget_old_runs
from signoff.jobs.job import Job
from signoff.kernel.errors import Problem
from signoff.organizations.channels.check import check_due_channels
from signoff.organizations.sweep import sweep
from signoff.pipeline.publish.clean_up import clean_up
from signoff.pipeline.publish.late import settle_late
from signoff.pipeline.publish.late_look import look_late
from signoff.pipeline.publish.overdue import tell_overdue
from signoff.records.alerts import tell_operators
from signoff.records.leftovers import sweep_media
from signoff.records.mailing import mail_alerts
from signoff.runtime import Runtime

_MAIL_RETRIES: Final = (timedelta(seconds=10), timedelta(seconds=30), timedelta(minutes=1))

_WORDS: Final = {
    QUEUE: "The background work can't start",
    "mail_alerts": "Alerts can't be mailed",
    "clean_up": "Left-over drafts can't be removed",
    "settle_late": "What is late gets no turn, and nobody is asked",
    "tell_overdue": "Nobody can be told of late deliveries",
    "look_late": "Answers of people can't be looked at again",
    "check_channels": "Channels can't be checked",
    "sweep": "Old data can't be removed",
    "keep_months": "The tables of the coming months can't be made",
    "back_up": "No backup was made tonight",
}


def background_of(runtime: Runtime) -> Background:
    """Put the background work of a worker process together."""
    return Background(runtime.database.urls.worker, timetable(runtime), partial(tell_trouble, runtime))


async def tell_trouble(runtime: Runtime, name: str, problem: Exception) -> None:
    """Tell the operators that a job failed again and again."""
    advice = "It is tried again by itself. If it stays so, run `signoff doctor`."
    async with runtime.worker_transaction() as tx:
        await tell_operators(
            tx,
            f"job.{name}",
            title=_WORDS.get(name, name),
            cause=str(problem) or type(problem).__name__,
            next_step=problem.next_step if isinstance(problem, Problem) and problem.next_step else advice,
        )


def timetable(runtime: Runtime) -> list[Job]:
    """List the jobs. Minutes are odd on purpose: the full hour is when people's posts are due."""
    return [
        Job("mail_alerts", partial(mail_alerts, runtime), "* * * * * */10", _MAIL_RETRIES),
        Job("clean_up", partial(clean_up, runtime), "*/5 * * * *"),
        Job("settle_late", partial(settle_late, runtime), "* * * * * */20"),
        Job("tell_overdue", partial(tell_overdue, runtime), "* * * * *"),
        Job("look_late", partial(look_late, runtime), "* * * * *"),
        Job("check_channels", partial(check_due_channels, runtime), "7 * * * *"),
        Job("sweep", partial(_sweep, runtime), "23 * * * *"),
        Job("keep_months", partial(_keep_months, runtime), "41 2 * * *"),
        Job("back_up", partial(back_up_nightly, runtime), f"17 {runtime.settings.backup_hour} * * *"),
    ]


async def _sweep(runtime: Runtime) -> None:
    await sweep(runtime)
    await sweep_media(runtime)
    async with runtime.worker_transaction() as tx:
        await forget_old_runs(tx)


async def _keep_months(runtime: Runtime) -> None:
    await keep_months(
        runtime.database.urls,
        clock_offset=runtime.clock.offset,
        kept_months=runtime.settings.attempts_kept_months,
    )
