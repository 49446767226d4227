"""Home: what needs the viewer now, and what comes next."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse

from signoff.kernel.ids import BrandId
from signoff.organizations.channels import list_channels
from signoff.records.board import publishing_health
from signoff.records.delivery_queries import calendar
from signoff.records.tenants import Channel
from signoff.web import times
from signoff.web.needs import needs_of
from signoff.web.visit import Reading

router = APIRouter()

_BACK: Final = timedelta(hours=2)
_AHEAD: Final = timedelta(hours=24)
_MORNING, _EVENING = range(5, 12), range(18, 24)


@router.get("/")
async def show_home(visit: Reading) -> HTMLResponse:
    """Show the start page."""
    runtime, actor = visit.runtime, visit.actor
    now = runtime.clock.now()
    local = now.astimezone(times.zone(visit.zone))
    channels: defaultdict[BrandId, list[Channel]] = defaultdict(list)
    for channel in await list_channels(runtime, actor):
        channels[channel.brand_id].append(channel)
    return await visit.page(
        "home.html",
        "home",
        greeting=_greeting(local.hour),
        tomorrow=datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo),
        today=f"{local:%A} {local.day} {local:%B, %H:%M %Z}",
        needs=await needs_of(runtime, actor),
        agenda=await calendar(runtime, actor, now - _BACK, now + _AHEAD),
        channels=channels,
        health=await publishing_health(runtime, actor),
    )


@router.get("/settings")
async def show_settings() -> RedirectResponse:
    """Settings begin with the channels."""
    return RedirectResponse("/channels", 303)


def _greeting(hour: int) -> str:
    if hour in _MORNING:
        return "Good morning"
    return "Good evening" if hour in _EVENING else "Hello"
