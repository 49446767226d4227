"""The publishing board: five lanes, live."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from signoff.records.board import board, publishing_health
from signoff.records.views import DeliveryView
from signoff.web.visit import Reading

router = APIRouter(prefix="/publishing")


@dataclass(frozen=True, slots=True)
class Lane:
    """A column of the board."""

    name: str
    word: str
    icon: str
    tone: str
    empty: str
    is_bad: bool = False
    count: int = 0
    views: Sequence[DeliveryView] = ()


LANES: Final = (
    Lane("queued", "Queued", "clock", "", "Nothing is scheduled."),
    Lane("publishing", "Publishing", "send", "", "Nothing is going out right now."),
    Lane("unknown", "Reconciling", "circle-help", "t-odd", "No outcome is unclear."),
    Lane("failed", "Failed", "octagon-alert", "t-bad", "Nothing failed.", is_bad=True),
    Lane("published", "Published", "circle-check", "t-ok", "Nothing went out lately."),
)


@router.get("")
async def show_board(visit: Reading) -> HTMLResponse:
    """Show what waits, goes out, is unclear, failed, and is out."""
    shown = await board(visit.runtime, visit.actor)
    lanes = [
        replace(lane, count=shown.counts.get(lane.name, 0), views=shown.lanes[lane.name]) for lane in LANES
    ]
    return await visit.page(
        "publishing/board.html",
        "publishing",
        lanes=lanes,
        health=await publishing_health(visit.runtime, visit.actor),
    )
