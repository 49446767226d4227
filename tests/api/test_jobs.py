"""The switches of periodic jobs at this door: an operator's, and only with a token that may."""

from __future__ import annotations

from datetime import timedelta

from signoff.jobs.job import Job
from signoff.kernel.people import Actor, May
from signoff.runtime import Runtime
from signoff.watch.watcher import Watcher
from tests.support.rest import CallAs


async def _nothing() -> int:
    return 0


async def test_a_token_that_reads_switches_no_job_off(
    runtime: Runtime, owner: Actor, call_as: CallAs
) -> None:
    job = Job(
        "mail_alerts", _nothing, "* * * * *", title="Mail", counts="x", silent_after=timedelta(minutes=5)
    )
    await Watcher(runtime, [job], serves_pages=True).round()
    reader = await call_as(owner, scopes=[May.READ])
    assert (await reader.post("/jobs/mail_alerts/disable", {"reason": "because I can"})).status == 403
    operator = await call_as(owner)
    assert (await operator.post("/jobs/mail_alerts/disable", {"reason": "too many"})).status == 200
