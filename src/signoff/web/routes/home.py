"""Home: what needs the viewer now, and what comes next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse

from signoff.kernel.ids import BrandId
from signoff.organizations.channels import list_channels
from signoff.records.overview.activity import happened_lately
from signoff.records.overview.month import month_of
from signoff.records.planning.outlook import Outlook, outlooks
from signoff.records.planning.plan import PlanFilter, channel_names, read_plan
from signoff.records.posts.approvals import approval_times
from signoff.records.tenants import Channel
from signoff.web import times
from signoff.web.calendar.chips import Chip, arrange
from signoff.web.charts import lateness_bars, outcome_bars
from signoff.web.needs import needs_of
from signoff.web.visit import Reading, Visit

router = APIRouter()

_BACK: Final = timedelta(hours=2)
_AHEAD: Final = timedelta(hours=24)
_ENDS_SOON: Final = timedelta(days=14)
_MORNING, _EVENING = range(5, 12), range(18, 24)


@router.get("/")
async def show_home(visit: Reading) -> HTMLResponse:
    """Show the start page."""
    now = visit.runtime.clock.now()
    local = now.astimezone(times.zone(visit.zone))
    return await visit.page(
        "home/home.html",
        "home",
        greeting=_greeting(local.hour),
        today=f"{local:%A} {local.day} {local:%B, %H:%M %Z}",
        tomorrow=datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo),
        needs=await needs_of(visit.runtime, visit.actor, visit.zone),
        agenda=await _agenda(visit, now),
        happened=await happened_lately(visit.runtime, visit.actor),
        **await _figures(visit),
        **await _brands(visit, now),
    )


async def _agenda(visit: Visit, now: datetime) -> Sequence[Chip]:
    """Give what is planned for the next hours, and what was due in the last two, in order of time."""
    runtime, actor = visit.runtime, visit.actor
    plan = await read_plan(runtime, actor, now - _BACK, now + _AHEAD, PlanFilter(), with_tray=False)
    channels = await channel_names(runtime, actor)
    shown = arrange(plan, channels, actor, zone=visit.zone, now=now)
    return [chip for day in sorted(shown.days) for chip in shown.days[day]]


async def _figures(visit: Visit) -> dict[str, Any]:
    month = await month_of(visit.runtime, visit.actor, visit.zone)
    return {
        "month": month,
        "outcomes": outcome_bars(month.days),
        "lateness": lateness_bars(month.days),
        "approvals": await approval_times(visit.runtime, visit.actor),
    }


async def _brands(visit: Visit, now: datetime) -> dict[str, Any]:
    channels: defaultdict[BrandId, list[Channel]] = defaultdict(list)
    for channel in await list_channels(visit.runtime, visit.actor):
        channels[channel.brand_id].append(channel)
    return {
        "channels": channels,
        "ends_soon": now + _ENDS_SOON,
        "outlooks": defaultdict(Outlook, await outlooks(visit.runtime, visit.actor)),
    }


@router.get("/settings")
async def show_settings() -> RedirectResponse:
    """Settings begin with the channels."""
    return RedirectResponse("/channels", 303)


def _greeting(hour: int) -> str:
    if hour in _MORNING:
        return "Good morning"
    return "Good evening" if hour in _EVENING else "Hello"
