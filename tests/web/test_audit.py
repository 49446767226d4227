"""The audit log: narrowed by who, what, when and object, and taken away as a table."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from signoff.kernel.people import Role
from signoff.organizations.local import local_actor
from signoff.organizations.profile import change_profile
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import written
from tests.web.conftest import Arrive
from tests.web.visitor import Page, Visitor


def table(page: Page) -> list[dict[str, str]]:
    assert page.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(page.body.decode("utf-8-sig"))))


async def test_it_is_narrowed_by_who_what_when_and_object(
    olga: Visitor, arrive: Arrive, runtime: Runtime, channel: Channel
) -> None:
    anton = await arrive(Role.AUTHOR)
    first = (await written(runtime, anton.actor, channel)).post.id
    await written(runtime, olga.actor, channel)
    by_anton = table(await olga.get(f"/settings/audit/export?who={anton.actor.person_id}&action=post."))
    assert [(row["action"], row["subject_id"]) for row in by_anton] == [("post.create", str(first))]
    only = table(await olga.get(f"/settings/audit/export?subject={first}"))
    assert {row["subject_id"] for row in only} == {str(first)}
    today = runtime.clock.now().date()
    days = f"since={today - timedelta(days=1)}&until={today + timedelta(days=1)}"
    everything = table(await olga.get("/settings/audit/export"))
    assert table(await olga.get(f"/settings/audit/export?{days}")) == everything
    assert table(await olga.get(f"/settings/audit/export?until={today - timedelta(days=9)}")) == []
    page = await olga.get(f"/settings/audit?subject={first}&since=nonsense&who=nobody")
    assert "Only Good morning" in page.text
    page = await olga.get(f"/settings/audit?since={today + timedelta(days=2)}")
    assert "No entry matches" in page.text


async def test_what_somebody_typed_is_no_formula_in_a_spreadsheet(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    await change_profile(runtime, olga.actor, name='=HYPERLINK("https://evil.example")')
    await written(runtime, await local_actor(runtime, olga.actor.email), channel)
    rows = table(await olga.get("/settings/audit/export"))
    assert rows
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))] == []
    assert any(cell.startswith("'=HYPERLINK") for cell in cells)


async def test_only_who_may_read_it_takes_it_away(arrive: Arrive) -> None:
    pat = await arrive(Role.PUBLISHER)
    assert (await pat.get("/settings/audit/export")).status == 403
