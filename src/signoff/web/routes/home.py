"""Home: what needs the viewer now, and what comes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse

from signoff.kernel.ids import BrandId
from signoff.organizations.channels.overview import ENDS_SOON
from signoff.records.overview.start import Start, read_start
from signoff.records.planning.outlook import Outlook
from signoff.records.planning.plan import ChannelLine
from signoff.web import times
from signoff.web.calendar.chips import Chip, arrange
from signoff.web.charts import lateness_bars, outcome_bars
from signoff.web.frame import ASKING
from signoff.web.needs import needs_of
from signoff.web.visit import Looking, Visit

router = APIRouter()

_MORNING, _EVENING = range(5, 12), range(18, 24)


@router.get("/")
async def show_home(visit: Looking) -> HTMLResponse:
    """Show the start page."""
    runtime, actor, now = visit.runtime, visit.actor, visit.runtime.clock.now()
    start = await read_start(runtime, actor, ASKING, visit.zone, now)
    local = now.astimezone(times.zone(visit.zone))
    return await visit.page(
        "home/home.html",
        "home",
        greeting=_greeting(local.hour),
        today=f"{local:%A} {local.day} {local:%B, %H:%M %Z}",
        tomorrow=datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo),
        needs=needs_of(start, actor, visit.zone, now),
        agenda=_agenda(visit, start, now),
        happened=start.happened,
        month=start.month,
        outcomes=outcome_bars(start.month.days),
        lateness=lateness_bars(start.month.days),
        approvals=start.approvals,
        channels=_by_brand(start),
        ends_soon=now + ENDS_SOON,
        outlooks=defaultdict(Outlook, start.outlooks),
    )


def _agenda(visit: Visit, start: Start, now: datetime) -> Sequence[Chip]:
    """Give what is planned for the next hours, and what was due in the last two, in order of time."""
    channels = {channel.id: channel for channel in start.channels}
    shown = arrange(start.plan, channels, visit.actor, zone=visit.zone, now=now)
    return [chip for day in sorted(shown.days) for chip in shown.days[day]]


def _by_brand(start: Start) -> Mapping[BrandId, Sequence[ChannelLine]]:
    found: defaultdict[BrandId, list[ChannelLine]] = defaultdict(list)
    for channel in start.channels:
        if not channel.is_removed:
            found[channel.brand_id].append(channel)
    return found


@router.get("/settings")
async def show_settings() -> RedirectResponse:
    """Settings begin with the channels."""
    return RedirectResponse("/channels", 303)


def _greeting(hour: int) -> str:
    if hour in _MORNING:
        return "Good morning"
    return "Good evening" if hour in _EVENING else "Hello"
