"""What Prometheus is told: from the database, the same in every process, nothing twice, and protected."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from signoff.connectors.errors import Refused, TryLater
from signoff.kernel.people import Actor
from signoff.records.overview.figures import count_up
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.site import make_site
from signoff.watch.watcher import Watcher
from signoff.web.live import LiveEvents
from signoff.worker.loop import Worker
from signoff.worker.timetable import timetable
from tests.servers.running import start
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.publishing import alerts, due, later
from tests.support.raw_sql import Role
from tests.support.server import served
from tests.support.waiting import until

DOCS = Path(__file__).parents[2] / "docs/operating.md"


@asynccontextmanager
async def site_with(runtime: Runtime, **settings: object) -> AsyncIterator[str]:
    """The address of pages and API with other settings."""
    live = LiveEvents(runtime)
    changed = replace(runtime, settings=runtime.settings.model_copy(update=settings))
    async with served(make_site(changed, live)) as url:
        yield url
        live.close()


@pytest.fixture
async def url(runtime: Runtime) -> AsyncIterator[str]:
    async with site_with(runtime, public_url="") as url:
        yield url


async def scraped(url: str) -> dict[str, float]:
    """Every sample by its name and labels, as Prometheus' own parser reads them."""
    async with aiohttp.ClientSession() as http, http.get(f"{url}/metrics") as answer:
        assert answer.status == 200, await answer.text()
        families = list(text_string_to_metric_families(await answer.text()))
    return {
        sample.name + "".join(f"/{value}" for value in sample.labels.values()): sample.value
        for family in families
        for sample in family.samples
    }


def complaints(promtool: str, told: str) -> str:
    """What Prometheus' own tool finds wrong with a page of metrics."""
    command = [promtool, "check", "metrics"]
    checked = subprocess.run(command, input=told, capture_output=True, text=True, check=False)
    return checked.stdout + checked.stderr


async def three_outcomes(
    runtime: Runtime, actor: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    """One is out at once, one at the second try, one is refused."""
    worker = Worker(runtime)
    await due(runtime, actor, channel, clock)
    await worker.run_until_idle()
    noticeboard.fails_with = [TryLater("The board is being painted.")]
    await due(runtime, actor, channel, clock)
    await worker.run_until_idle()
    await later(worker, clock, minutes=3)
    noticeboard.fails_with = [Refused("It is rude.", advice="Be kind.")]
    await due(runtime, actor, channel, clock)
    await worker.run_until_idle()


async def test_what_was_published_failed_and_tried_again_is_counted_from_the_database(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    *,
    noticeboard: Noticeboard,
    url: str,
) -> None:
    await three_outcomes(runtime, owner, channel, clock, noticeboard)
    seen = await scraped(url)
    assert seen["publish_success_total"] == 2
    assert seen["publish_failure_total/refused"] == 1
    assert seen["retry_attempts_total"] == 1
    assert seen["publish_latency_seconds_count"] == 2
    assert seen["publish_lateness_seconds_count"] == 2
    assert seen["publish_lateness_seconds_bucket/30.0"] == 1, "the second came three minutes late"
    assert seen["publish_lateness_seconds_bucket/300.0"] == 2
    assert 180 < seen["publish_lateness_seconds_sum"] < 240


async def test_counting_up_changes_no_figure_and_repeating_it_changes_nothing(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    *,
    noticeboard: Noticeboard,
    url: str,
    worker_sql: Role,
) -> None:
    def counters(seen: dict[str, float]) -> dict[str, float]:
        return {name: value for name, value in seen.items() if re.match("publish_(s|f|lat)|retry", name)}

    await three_outcomes(runtime, owner, channel, clock, noticeboard)
    before = counters(await scraped(url))
    for wait in (timedelta(0), timedelta(minutes=5), timedelta(days=3)):
        clock.advance(wait)
        for _ in range(2):
            await count_up(runtime)
            assert counters(await scraped(url)) == before
    assert await worker_sql.run("select value from publish_totals where figure = 'success'") == [(2.0,)]

    await due(runtime, owner, channel, clock)
    await Worker(runtime).run_until_idle()
    after = counters(await scraped(url))
    assert after["publish_success_total"] == 3
    assert {name: value for name, value in after.items() if value < before.get(name, 0)} == {}


async def test_waiting_deliveries_processes_pauses_and_jobs_are_told(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, url: str
) -> None:
    await due(runtime, owner, channel, clock)
    clock.advance(timedelta(minutes=5))
    await Watcher(runtime, timetable(runtime), serves_pages=True).round()
    seen = await scraped(url)
    assert (seen["publish_queue_depth/scheduled"], seen["publish_ready"]) == (1, 1)
    assert 300 <= seen["publish_oldest_overdue_seconds"] < 400
    assert (seen["signoff_workers_alive"], seen["signoff_web_processes_alive"]) == (0, 1)
    assert (seen["publish_pauses/global"], seen["api_accounts_held/noticeboard"]) == (0, 0)
    assert seen["signoff_job_disabled/mail_alerts"] == 0


async def test_no_label_names_a_tenant_and_every_metric_is_documented(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    *,
    noticeboard: Noticeboard,
    url: str,
) -> None:
    await three_outcomes(runtime, owner, channel, clock, noticeboard)
    await Watcher(runtime, timetable(runtime), serves_pages=True).round()
    async with aiohttp.ClientSession() as http, http.get(f"{url}/metrics") as answer:
        told = await answer.text()
    for private in ("Casa Luz", "plaza", "casaluz", str(owner.organization_id)):
        assert private not in told
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", told, flags=re.MULTILINE))
    section = DOCS.read_text("utf-8").partition("\n## Metrics\n")[2].partition("\n## ")[0]
    documented = dict(re.findall(r"^\| `(\w+)(?:\{\w+\})?` \| (\w+) \|", section, flags=re.MULTILINE))
    assert documented == types


@pytest.mark.server
@pytest.mark.timeout(400)  # the first start fetches it
async def test_a_real_prometheus_scrapes_and_finds_nothing_to_complain_about(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    clock: ShiftableClock,
    *,
    noticeboard: Noticeboard,
    url: str,
) -> None:
    await three_outcomes(runtime, owner, channel, clock, noticeboard)
    prometheus, run = start("prometheus"), uuid4().hex
    targets = [{"targets": [url.removeprefix("http://")], "labels": {"run": run}}]
    file = Path(prometheus["PROMETHEUS_TARGETS"]) / f"{run}.json"
    file.write_text(json.dumps(targets))
    query = (
        f'publish_success_total{{run="{run}"}} + ignoring(error_class) publish_failure_total{{run="{run}"}}'
    )
    async with aiohttp.ClientSession() as http:

        async def answer() -> list[str]:
            params = {"query": query}
            async with http.get(f"{prometheus['PROMETHEUS_URL']}/api/v1/query", params=params) as reply:
                return [each["value"][1] for each in (await reply.json())["data"]["result"]]

        try:
            assert await until(answer, within_s=60) == ["3"]
        finally:
            file.unlink()
        async with http.get(f"{url}/metrics") as reply:
            told = await reply.text()
    assert complaints(prometheus["PROMTOOL"], told) == ""


async def status_of(url: str, **headers: str) -> int:
    """How a request for the metrics is answered, from this machine."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with aiohttp.ClientSession() as http, http.get(f"{url}/metrics", headers=named) as answer:
        return answer.status


async def test_only_this_machine_asks_without_a_token(runtime: Runtime, url: str) -> None:
    assert await status_of(url) == 200
    for header in ("X_Forwarded_For", "Forwarded", "X_Real_IP"):
        assert await status_of(url, **{header: "192.0.2.7"}) == 403
    assert await status_of(url, Host="rebound.example") == 403
    async with site_with(runtime, public_url="https://signoff.example") as behind_a_proxy:
        assert await status_of(behind_a_proxy) == 403, "a proxy needn't say that it is one"


async def test_with_a_token_only_who_has_it_asks(runtime: Runtime) -> None:
    async with site_with(runtime, metrics_token=SecretStr("a-long-token")) as url:
        for given, status in (("", 401), ("Bearer another", 401), ("Bearer a-long-token", 200)):
            assert await status_of(url, Authorization=given, X_Forwarded_For="192.0.2.7") == status


async def test_less_than_99_percent_of_a_day_is_told_once_until_it_is_over(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, worker_sql: Role
) -> None:
    title = "Less than 99% of what was due in a day came out"
    watcher = Watcher(runtime, [], serves_pages=True)
    counts = "insert into publish_hours values (date_trunc('hour', %s), %s, %s, %s)"
    await worker_sql.run(counts, clock.now(), "success", "", 15)
    await worker_sql.run(counts, clock.now(), "failure", "refused", 1)
    await watcher.round()
    assert title not in await alerts(runtime, owner), "too few to speak of a rate"
    await worker_sql.run("update publish_hours set value = 90 where figure = 'success'")
    for _ in range(2):
        await watcher.round()
    assert (await alerts(runtime, owner)).count(title) == 1
    clock.advance(timedelta(hours=26))
    await watcher.round()
    assert title not in await alerts(runtime, owner)
