"""signoff jobs, on the machine itself; and what `signoff doctor` says about jobs and dead workers."""

from __future__ import annotations

from pathlib import Path

from signoff.db.urls import DatabaseUrls
from tests.cli.test_operator import operating
from tests.support.raw_sql import Role


async def test_a_job_is_run_switched_off_and_found_in_the_log(
    database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    operate = operating(database_urls, tmp_path)
    listed = await operate("jobs", "list", "--json")
    assert {"mail_alerts", "back_up", "sweep"} <= {job["name"] for job in listed.json}
    ran = await operate("jobs", "run", "sweep")
    assert (ran.code, ran.out) == (0, "Done.\n")

    off = await operate("jobs", "disable", "sweep", "--reason", "The disk is being copied")
    assert off.code == 0
    refused = await operate("jobs", "run", "sweep")
    assert (refused.code, "The disk is being copied" in refused.errors) == (1, True)
    worker = Role(database_urls.worker)
    await worker.run(
        "insert into workers (id, host, pid, started_at, seen_at)"
        " values ('w', 'vega', 7, now() - interval '1 day', now() - interval '2 minutes'),"
        " ('v', 'mira', 8, now() - interval '1 day', now())"
    )
    findings = {one["what"]: one for one in (await operate("doctor", "--json")).json["findings"]}
    assert "sweep (The disk is being copied)" in findings["periodic jobs"]["said"]
    assert (findings["workers"]["level"], "vega" in findings["workers"]["said"]) == ("bad", True)

    assert (await operate("jobs", "enable", "sweep")).code == 0
    log = (await operate("jobs", "log", "sweep", "--json")).json
    assert [(run["status"], run["asked_by"]) for run in log] == [("done", "operator")]
    assert (await operate("jobs", "run", "nothing")).code == 1
