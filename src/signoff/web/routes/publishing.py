"""The publishing board: a lane for each thing that can be the matter, live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Form
from starlette.responses import HTMLResponse

from signoff.kernel.errors import Problem
from signoff.kernel.ids import BrandId, DeliveryId
from signoff.organizations.channels import channel_choices
from signoff.pipeline.schedule.release import Decided, Then, decide_held
from signoff.records.budgets.gauges import gauges
from signoff.records.deliveries.queries import count_held, list_deliveries
from signoff.records.deliveries.views import DeliveryView
from signoff.records.overview.board import board, publishing_health
from signoff.records.pages import Page
from signoff.records.posts.pictures import pictures_of_deliveries
from signoff.web.forms import chosen_id
from signoff.web.listing import GROUPS, PERIODS, ListWish
from signoff.web.once import new_router
from signoff.web.visit import Looking, Sending, Visit

router = new_router("/publishing")

MOST_SHOWN: Final = 100
PER_PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Lane:
    """A column of the board."""

    name: str
    word: str
    icon: str
    tone: str
    empty: str
    is_bad: bool = False
    is_rare: bool = False
    """Shown only when something is in it."""
    count: int = 0
    views: Sequence[DeliveryView] = ()


LANES: Final = (
    Lane("queued", "Queued", "clock", "", "Nothing is scheduled."),
    Lane("by_hand", "To do by hand", "user-round", "t-warn", "Nothing is to be done by hand.", is_rare=True),
    Lane("publishing", "Publishing", "send", "", "Nothing is going out right now."),
    Lane("unknown", "Reconciling", "circle-help", "t-odd", "No outcome is unclear."),
    Lane("failed", "Failed", "octagon-alert", "t-bad", "Nothing failed.", is_bad=True),
    Lane("published", "Published, 24 h", "circle-check", "t-ok", "Nothing went out in 24 hours."),
)


@router.get("")
async def show_board(visit: Looking) -> HTMLResponse:
    """Show what waits, goes out, is unclear, failed, and is out; of all brands, or of one."""
    runtime, actor, only = visit.runtime, visit.actor, _only(visit)
    shown = await board(runtime, actor, only)
    lanes = [
        replace(lane, count=shown.counts.get(lane.name, 0), views=shown.lanes[lane.name]) for lane in LANES
    ]
    return await visit.page(
        "publishing/board.html",
        "publishing",
        lanes=[lane for lane in lanes if lane.count or not lane.is_rare],
        pictures=await pictures_of_deliveries(
            runtime, actor, [view.delivery.id for lane in lanes for view in lane.views]
        ),
        gauges=[each for each in await gauges(runtime, actor) if only in {None, each.channel.brand_id}],
        held=await count_held(runtime, actor, only),
        health=await publishing_health(runtime, actor, only),
    )


@router.get("/list")
async def show_list(visit: Looking, wish: Annotated[ListWish, Depends(ListWish.of)]) -> HTMLResponse:
    """List deliveries, narrowed by state, brand, channel and time."""
    runtime, actor = visit.runtime, visit.actor
    start, end = wish.span(runtime.clock.now())
    page = await list_deliveries(runtime, actor, **wish.filters, start=start, end=end, limit=PER_PAGE)
    return await visit.page(
        "publishing/list.html",
        "publishing",
        wish=wish,
        views=page.items,
        pictures=await pictures_of_deliveries(runtime, actor, [view.delivery.id for view in page.items]),
        next_page=wish.address(page.next_cursor) if page.next_cursor else "",
        channels=await channel_choices(runtime, actor),
        groups=GROUPS,
        periods=PERIODS,
    )


@router.get("/held")
async def show_held(visit: Looking) -> HTMLResponse:
    """List what is held because it is late, and offer to decide about several at once."""
    return await _held(visit)


@router.post("/held")
async def send_held(
    visit: Sending,
    delivery: Annotated[list[UUID] | None, Form()] = None,
    then: Annotated[Then, Form()] = Then.PUBLISH,
) -> HTMLResponse:
    """Decide about several; each is done or refused by itself."""
    ids = [DeliveryId(each) for each in delivery or []]
    try:
        return await _held(visit, await decide_held(visit.runtime, visit.actor, ids, then))
    except Problem as problem:
        return await _held(visit, problem=problem)


def _only(visit: Visit) -> BrandId | None:
    """Give the one brand that is looked at; None: all."""
    chosen = chosen_id(visit.brand)
    return BrandId(chosen) if chosen else None


async def _read_held(visit: Visit) -> Page[DeliveryView]:
    return await list_deliveries(
        visit.runtime, visit.actor, is_held=True, brand_id=_only(visit), limit=MOST_SHOWN
    )


async def _held(visit: Visit, done: Sequence[Decided] = (), problem: Problem | None = None) -> HTMLResponse:
    held = await _read_held(visit)
    return await visit.page(
        "publishing/held.html",
        "publishing",
        status=problem.status if problem else 200,
        views=held.items,
        done=done,
        problem=problem,
    )
