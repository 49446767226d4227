"""What runs in the background besides publishing, and when."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Final, TypeAlias

from signoff.backup.nightly import back_up_nightly
from signoff.db.partitions import keep_months
from signoff.jobs.background import Background
from signoff.jobs.history import forget_old_runs
from signoff.jobs.job import Job, Work
from signoff.kernel.errors import Problem
from signoff.organizations.channels.check import check_due_channels
from signoff.organizations.sweep import sweep
from signoff.pipeline.publish.clean_up import clean_up
from signoff.pipeline.publish.late import settle_late
from signoff.pipeline.publish.late_look import look_late
from signoff.pipeline.publish.remind import remind
from signoff.pipeline.review.stale import tell_stale
from signoff.records.alerts.alarms import Trouble, raise_alarm
from signoff.records.alerts.mailing import mail_alerts
from signoff.records.alerts.mention_mail import mail_mentions
from signoff.records.alerts.news import forget_old_news
from signoff.records.alerts.news_mail import mail_news
from signoff.records.deliveries.leftovers import sweep_media
from signoff.records.overview.figures import count_up
from signoff.records.planning.zones import follow_zones
from signoff.records.posts.copies import forget_old_copies
from signoff.records.undos import forget_old_undos
from signoff.runtime import Runtime
from signoff.watch.troubles import QUEUE_OF_JOBS

_MAIL_RETRIES: Final = (timedelta(seconds=10), timedelta(seconds=30), timedelta(minutes=1))

Trust: TypeAlias = Callable[[], Awaitable[object]]
"""Sees that the database is the one that was here before, and doubts what was open if it isn't."""


def background_of(runtime: Runtime, name: str, trust: Trust) -> Background:
    """Put the background work of a worker process together."""
    return Background(
        runtime.database.urls.worker,
        trusting(timetable(runtime), trust),
        runtime.worker_transaction,
        partial(tell_trouble, runtime),
        runner=name,
    )


def trusting(jobs: Sequence[Job], trust: Trust) -> list[Job]:
    """Let each job see first that the database can be trusted.

    No job publishes, but an older copy would have people asked about posts that are out, and files deleted
    to which nothing refers yet.
    """
    return [replace(job, work=partial(_after, trust, job.work)) for job in jobs]


async def _after(trust: Trust, work: Work) -> object:
    await trust()
    return await work()


async def tell_trouble(runtime: Runtime, problem: Exception) -> None:
    """Tell the operators that the queue of the jobs can't be opened."""
    advice = "It is tried again by itself. If it stays so, run `signoff doctor`."
    step = problem.next_step if isinstance(problem, Problem) and problem.next_step else advice
    trouble = Trouble(
        QUEUE_OF_JOBS, "The background work can't start", str(problem) or type(problem).__name__, step
    )
    async with runtime.worker_transaction() as tx:
        await raise_alarm(tx, trouble)


def timetable(runtime: Runtime) -> list[Job]:
    """List the jobs. Minutes are odd on purpose: the full hour is when people's posts are due."""
    return [
        Job(
            "mail_alerts",
            partial(mail_alerts, runtime),
            "* * * * * */10",
            _MAIL_RETRIES,
            title="Mail alerts",
            counts="mailed",
            silent_after=timedelta(minutes=5),
        ),
        Job(
            "mail_mentions",
            partial(mail_mentions, runtime),
            "* * * * * */30",
            _MAIL_RETRIES,
            title="Mail people who were mentioned",
            counts="sent",
            silent_after=timedelta(minutes=10),
        ),
        Job(
            "mail_news",
            partial(mail_news, runtime),
            "* * * * * */30",
            _MAIL_RETRIES,
            title="Mail what happened to people's posts",
            counts="sent",
            silent_after=timedelta(minutes=10),
        ),
        Job(
            "clean_up",
            partial(clean_up, runtime),
            "*/5 * * * *",
            title="Remove left-over drafts on platforms",
            counts="removed",
            silent_after=timedelta(minutes=30),
        ),
        Job(
            "settle_late",
            partial(settle_late, runtime),
            "* * * * * */20",
            title="Follow the rules for what is too late",
            counts="let go or asked about",
            silent_after=timedelta(minutes=10),
        ),
        Job(
            "look_late",
            partial(look_late, runtime),
            "* * * * *",
            title="Look again after people said “not out”",
            counts="looked at",
            silent_after=timedelta(minutes=15),
        ),
        Job(
            "remind",
            partial(remind, runtime),
            "37 * * * *",
            title="Remind people of what waits for their hands",
            counts="reminded of",
        ),
        Job(
            "tell_stale",
            partial(tell_stale, runtime),
            "4,34 * * * *",
            title="Tell people of posts that wait too long for a decision",
            counts="told of",
            silent_after=timedelta(hours=2),
        ),
        Job(
            "count_publishing",
            partial(count_up, runtime),
            "*/5 * * * *",
            title="Count what was published",
            counts="counted",
            silent_after=timedelta(minutes=30),
        ),
        Job(
            "check_channels",
            partial(check_due_channels, runtime),
            "7 * * * *",
            title="Check whether accounts still work",
            counts="checked",
        ),
        Job(
            "follow_zones",
            partial(follow_zones, runtime),
            "31 3 * * *",
            title="Follow changed rules of time zones",
            counts="moved",
            silent_after=timedelta(hours=26),
        ),
        Job("sweep", partial(_sweep, runtime), "23 * * * *", title="Remove old rows and files"),
        Job(
            "keep_months",
            partial(_keep_months, runtime),
            "41 2 * * *",
            title="Make the tables of the coming months",
            silent_after=timedelta(hours=26),
        ),
        Job(
            "back_up",
            partial(_back_up, runtime),
            f"17 {runtime.settings.backup_hour} * * *",
            title="Make the nightly backup",
            silent_after=timedelta(hours=26),
        ),
    ]


async def _back_up(runtime: Runtime) -> str:
    backup = await back_up_nightly(runtime)
    return backup.path.name


async def _sweep(runtime: Runtime) -> None:
    await sweep(runtime)
    await sweep_media(runtime)
    async with runtime.worker_transaction() as tx:
        await forget_old_runs(tx)
        await forget_old_copies(tx)
        await forget_old_undos(tx)
        await forget_old_news(tx)


async def _keep_months(runtime: Runtime) -> None:
    await keep_months(
        runtime.database.urls,
        clock_offset=runtime.clock.offset,
        kept_months=runtime.settings.attempts_kept_months,
    )
