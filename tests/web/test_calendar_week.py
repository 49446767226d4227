"""The week: quiet hours are hatched, and a second clock stands beside the first."""

from __future__ import annotations

import re

from signoff.organizations.brands import BrandDraft, create_brand
from signoff.organizations.cadence import set_brand_cadence, set_channel_cadence
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.world import connect_board
from tests.web.visitor import Page, Visitor

NIGHT = {"quiet_hours": {"from": "22:00", "to": "06:30"}}
WEEK = "/calendar?view=week&at=2026-12-02"


def hatched(page: Page) -> dict[str, set[int]]:
    """The hours of the first day that are hatched, by what is said about them."""
    rows = re.findall(
        r'<div class="hr">(\d\d):00.*?</div>\s*<div class="([^"]*)"([^>]*)>', page.html, re.DOTALL
    )
    found: dict[str, set[int]] = {}
    for hour, classes, others in rows:
        if "quiet" in classes.split():
            said = re.search(r'title="([^"]*)"', others)
            found.setdefault(said[1] if said else "", set()).add(int(hour))
    return found


async def test_hours_that_are_quiet_throughout_are_hatched(
    olga: Visitor, runtime: Runtime, brand: Brand, channel: Channel
) -> None:
    await set_brand_cadence(runtime, olga.actor, brand.id, NIGHT, version=0)
    page = await olga.get(f"{WEEK}&zone=Europe/Madrid")
    assert hatched(page) == {"Quiet hours": {22, 23, 0, 1, 2, 3, 4, 5}}
    page = await olga.get(f"{WEEK}&zone=UTC")
    assert hatched(page) == {"Quiet hours": {21, 22, 23, 0, 1, 2, 3, 4}}


async def test_where_only_some_channels_are_silent_they_are_named(
    olga: Visitor, runtime: Runtime, brand: Brand, channel: Channel
) -> None:
    await connect_board(runtime, olga.actor, brand, "mercado")
    quiet = {"quiet_hours": {"from": "01:00", "to": "03:00"}}
    await set_channel_cadence(runtime, olga.actor, channel.id, quiet, version=0)
    assert hatched(await olga.get(f"{WEEK}&zone=Europe/Madrid")) == {"Quiet hours of Board plaza": {1, 2}}
    one = await olga.get(f"{WEEK}&zone=Europe/Madrid&channel={channel.id}")
    assert hatched(one) == {"Quiet hours": {1, 2}}


async def test_a_week_has_the_viewers_clock_and_the_brands(
    olga: Visitor, runtime: Runtime, brand: Brand, channel: Channel
) -> None:
    own = await olga.get(WEEK)
    assert "The small hour is that of Madrid" in own.text
    theirs = await olga.get(f"{WEEK}&zone=Europe/Madrid")
    assert "The small hour is yours" in theirs.text
    assert re.search(r"in Madrid next on Sunday \d+ (March|October)", theirs.text)
    await create_brand(runtime, olga.actor, BrandDraft("Harbour", "Australia/Hobart"))
    assert "The small hour" not in (await olga.get(WEEK)).text
    assert "The small hour is that of Madrid" in (await olga.get(f"{WEEK}&brand={brand.id}")).text
