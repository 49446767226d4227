"""How the agency works by now: rules of two brands, and what its authors begin with."""

from __future__ import annotations

from datetime import date, timedelta

from signoff.demo.cast import Cast
from signoff.kernel.closed_days import Repeats
from signoff.kernel.local_time import zone
from signoff.kernel.people import Role
from signoff.organizations.approval import brand_approval, set_brand_approval
from signoff.organizations.cadence import brand_cadence, set_brand_cadence
from signoff.organizations.closed_days import close_days
from signoff.organizations.closed_fields import ClosedDraft
from signoff.organizations.library.snippets import SnippetDraft, create_snippet
from signoff.organizations.library.templates import TemplateDraft, create_template
from signoff.pipeline.draft.preview import preview
from signoff.pipeline.review.decide import decide
from signoff.records.posts.queue import review_queue
from signoff.records.states import Verdict
from signoff.runtime import Runtime


async def settle_in(runtime: Runtime, cast: Cast) -> None:
    """Set the rules, now that what was to be told happened without them, and fill the library."""
    await _set_rules(runtime, cast)
    await _close_days(runtime, cast)
    await _fill_library(runtime, cast)


async def _set_rules(runtime: Runtime, cast: Cast) -> None:
    """The florist posts twice a day at most, and two people approve; one of them did so already."""
    admin, reviewer, flowers = cast.people[Role.ADMIN], cast.people[Role.REVIEWER], cast.brands["flowers"]
    cadence = {
        "min_gap_minutes": 120,
        "max_per_day": 2,
        "quiet_hours": {"from": "20:00", "to": "07:00"},
        "slots": ["We-Fr 08:30, 16:00", "Sa-Su 09:30"],
    }
    version = (await brand_cadence(runtime, admin, flowers.id)).version
    await set_brand_cadence(runtime, admin, flowers.id, cadence, version=version)
    version = (await brand_approval(runtime, admin, flowers.id)).version
    await set_brand_approval(runtime, admin, flowers.id, {"approvals": 2, "four_eyes": True}, version=version)
    for view in (await review_queue(runtime, reviewer, brand_id=flowers.id)).items:
        shown = await preview(runtime, reviewer, view.post.id)
        await decide(runtime, reviewer, view.post.id, Verdict.APPROVE, seen=shown.seen or "")


async def _close_days(runtime: Runtime, cast: Cast) -> None:
    """The bakery counts its flour on a day of this month, and bakes for nobody at Christmas."""
    admin, bakery = cast.people[Role.ADMIN], cast.brands["bakery"]
    today = runtime.clock.now().astimezone(zone(bakery.time_zone)).date()
    stocktaking = ClosedDraft(_day_of_this_month(today), "Stocktaking")
    await close_days(runtime, admin, bakery.id, stocktaking)
    christmas = ClosedDraft(
        date(today.year, 12, 25), "Christmas", date(today.year, 12, 26), repeats=Repeats.YEARLY
    )
    await close_days(runtime, admin, bakery.id, christmas)


def _day_of_this_month(today: date) -> date:
    """Give one for which nothing of the bakery is scheduled; at the end of a month one that was."""
    ahead = today + timedelta(days=3)
    return ahead if ahead.month == today.month else today - timedelta(days=1)


async def _fill_library(runtime: Runtime, cast: Cast) -> None:
    admin, bakery = cast.people[Role.ADMIN], cast.brands["bakery"]
    hours = SnippetDraft("Opening hours", "We are open {brand.hours}, at {brand.address}.", "hours")
    await create_snippet(runtime, admin, hours)
    tags = SnippetDraft("Hashtags", "#Leith #RealBread #NorthlightBakery", "tags", bakery.id)
    await create_snippet(runtime, admin, tags)
    template = TemplateDraft(
        "New on the shelf",
        bakery.id,
        title="New on the shelf: ",
        body="Since this morning there is something new on our shelf.\n\nCome by, or call us: {brand.phone}.",
        tags=("new",),
    )
    await create_template(runtime, admin, template)
