"""The calendar: month, week and list, and moving what stands on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Form, Query
from starlette.responses import HTMLResponse, JSONResponse

from signoff.kernel.errors import Invalid, Problem
from signoff.kernel.ids import BrandId, ChannelId, DeliveryId, PostId
from signoff.kernel.local_time import is_in_reach, moment_of
from signoff.organizations.brands import list_brands
from signoff.records.planning.closed_days import closings
from signoff.records.planning.foresight import conflicts, foresee_move, foresee_post
from signoff.records.planning.full_days import full_days
from signoff.records.planning.plan import ChannelLine, PlanFilter, channel_lines, read_plan
from signoff.records.planning.quiet import quiet_hours
from signoff.records.posts.pictures import pictures_of_posts
from signoff.records.posts.queries import get_post
from signoff.records.tenants import Brand
from signoff.web import times
from signoff.web.calendar.chips import LEGEND, Shown, arrange
from signoff.web.calendar.closed import closed_marks
from signoff.web.calendar.holidays import holidays_of
from signoff.web.calendar.marks import foreseen_said, full_marks
from signoff.web.calendar.moving import Moved, move_deliveries, move_wish
from signoff.web.calendar.period import hours_of, read_period
from signoff.web.calendar.quiet import quiet_marks
from signoff.web.forms import chosen_id
from signoff.web.once import new_router
from signoff.web.visit import Looking, Reading, Sending, Visit

router = new_router("/calendar")

_PER_DAY: Final = 4
"""Chips on a day of the month; the rest is in the list."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for."""

    view: str
    at: str
    brand: str
    channel: str
    group: str
    zone: str

    @classmethod
    def of(
        cls,
        view: str = "month",
        at: str = "",
        brand: str = "",
        channel: str = "",
        group: str = "",
        zone: str = "",
    ) -> Wanted:
        return cls(view, at, brand, channel, group, zone)

    def address(self, **other: object) -> str:
        """Give the address of the same calendar with something else."""
        asked = {
            name: str(value)
            for name in ("view", "at", "brand", "channel", "group", "zone")
            if (value := other.get(name, getattr(self, name)))
        }
        return f"/calendar?{urlencode(asked)}"


@dataclass(frozen=True, slots=True)
class MoveForm:
    """What is moved, and where to: a local time of `zone`, a moment, or nowhere."""

    zone: str
    delivery: Sequence[UUID]
    post: UUID | None
    version: int
    to_local: str
    to: str
    keep: str = ""
    """yes: exactly then, also where a rule of the cadence speaks against it."""

    @classmethod
    def of(
        cls,
        *,
        zone: Annotated[str, Form()],
        delivery: Annotated[list[UUID] | None, Form(max_length=50)] = None,
        post: Annotated[UUID | None, Form()] = None,
        version: Annotated[int, Form()] = 0,
        to_local: Annotated[str, Form()] = "",
        to: Annotated[str, Form()] = "",
        keep: Annotated[str, Form()] = "",
    ) -> MoveForm:
        return cls(zone, delivery or (), post, version, to_local, to, keep)

    def moment(self) -> datetime | None:
        """Give where to, in UTC.

        Raises:
            Invalid: It isn't a time, or one that the clock skips or has twice.
        """
        if self.to_local:
            return moment_of(self.to_local, self.zone)
        if not self.to:
            return None
        try:
            moment = datetime.fromisoformat(self.to)
        except ValueError as problem:
            raise Invalid("That is no moment.", field="to") from problem
        if moment.tzinfo is None:
            raise Invalid("A moment needs its time zone.", field="to")
        if not is_in_reach(moment):
            raise Invalid("That time is out of reach.", field="to")
        return moment


@router.get("")
async def show_calendar(visit: Looking, wanted: Annotated[Wanted, Depends(Wanted.of)]) -> HTMLResponse:
    """Show what is planned, what is out and what went wrong."""
    runtime, actor = visit.runtime, visit.actor
    now = runtime.clock.now()
    zone = wanted.zone if wanted.zone in times.zone_names() else visit.zone
    period = read_period(wanted.view, wanted.at, zone, now)
    brand, channel = chosen_id(wanted.brand), chosen_id(wanted.channel)
    only = PlanFilter(BrandId(brand) if brand else None, ChannelId(channel) if channel else None)
    brands = await list_brands(runtime, actor)
    plan = await read_plan(runtime, actor, period.start, period.end, only)
    channels = {each.id: each for each in await channel_lines(runtime, actor)}
    against = await conflicts(runtime, actor, period.start, period.end, only)
    closed = await closings(runtime, actor, period.first, period.end_day, only)
    full = await full_days(runtime, actor, period.start, period.end, only)
    other_zone = _other_zone(visit.zone, zone, [each for each in brands if brand in {None, each.id}])
    shown = arrange(plan, channels, actor, zone=zone, now=now, group=wanted.group, conflicts=against)
    return await visit.page(
        "calendar/calendar.html",
        "calendar",
        wanted=wanted,
        period=period,
        per_day=_PER_DAY,
        hours=hours_of(period, other_zone),
        other_zone=other_zone if other_zone != zone else "",
        clock_change=times.next_change(zone, now),
        quiet=quiet_marks(await quiet_hours(runtime, actor, only), period) if period.view == "week" else {},
        shown=shown,
        pictures=await pictures_of_posts(runtime, actor, _posts_on(shown)) if period.view == "list" else {},
        full=full_marks(full, channels),
        closed=closed_marks(
            closed,
            [each for each in channels.values() if _is_shown(each, only)],
            period.days,
            of_one_brand=len(brands) == 1 or brand is not None or channel is not None,
        ),
        is_cut=plan.is_cut,
        shown_zone=zone,
        zones=list(dict.fromkeys((visit.zone, zone, *sorted({each.time_zone for each in brands})))),
        today=now.astimezone(times.zone(zone)).date(),
        channels=[each for each in channels.values() if not each.is_removed],
        holidays=holidays_of(zone, period.first, period.end_day),
        legend=LEGEND,
    )


def _other_zone(own: str, shown: str, brands: Sequence[Brand]) -> str:
    """Choose the second clock of the week: the viewer's own; where that is shown already, the brands'."""
    if own != shown:
        return own
    theirs = {brand.time_zone for brand in brands}
    return theirs.pop() if len(theirs) == 1 else shown


def _is_shown(channel: ChannelLine, only: PlanFilter) -> bool:
    of_brand = only.brand_id in {None, channel.brand_id}
    return of_brand and only.channel_id in {None, channel.id} and not channel.is_removed


def _posts_on(shown: Shown) -> set[PostId]:
    return {chip.post_id for chips in shown.days.values() for chip in chips}


@router.post("/move")
async def send_move(visit: Sending, wish: Annotated[MoveForm, Depends(MoveForm.of)]) -> JSONResponse:
    """Move deliveries, or a draft's wish, to a local time or a moment; answered for scripts."""
    try:
        moved = await _move(visit, wish)
    except Problem as problem:
        told = {"detail": problem.detail, "next_step": problem.next_step}
        return JSONResponse(told, problem.status)
    back = moved.back.isoformat() if moved.back else ""
    return JSONResponse(
        {"said": moved.said, "back": back, "kept": moved.kept_time, "shifted": moved.was_shifted}
    )


@router.get("/check")
async def check_move(
    visit: Reading,
    zone: str,
    to_local: str,
    delivery: Annotated[list[UUID] | None, Query(max_length=50)] = None,
    post: UUID | None = None,
) -> JSONResponse:
    """Say what the rules make of a moment, before anything is dropped there; answered for scripts."""
    try:
        at = moment_of(to_local, zone)
        if delivery:
            ids = [DeliveryId(each) for each in delivery]
            found = await foresee_move(visit.runtime, visit.actor, ids, at)
        elif post:
            found = await foresee_post(visit.runtime, visit.actor, PostId(post), at)
        else:
            found = []
    except Problem as problem:
        return JSONResponse({"said": problem.detail, "is_clear": False})
    said = foreseen_said(found, zone, visit.runtime.clock.now())
    return JSONResponse({"said": said or "Nothing speaks against it", "is_clear": not said})


async def _move(visit: Visit, wish: MoveForm) -> Moved:
    to = wish.moment()
    if wish.delivery:
        if to is None:
            raise Invalid("Say when.", field="to")
        ids = [DeliveryId(each) for each in wish.delivery]
        return await move_deliveries(visit, ids, to, keep_time=wish.keep == "yes")
    if wish.post is None:
        raise Invalid("Say what is moved.", field="delivery")
    view = await get_post(visit.runtime, visit.actor, PostId(wish.post))
    return await move_wish(visit, view.post.id, wish.version, view.post.suggested_time, to)
