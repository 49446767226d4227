"""The first page: accounts, faults, the clock and the last calls, all by plain forms."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from signoff.sandbox.control.actions import move_clock, queue_fault, start_over
from signoff.sandbox.control.bodies import ClockIn, FaultIn
from signoff.sandbox.current import CurrentWorld
from signoff.sandbox.faults import FAULTS
from signoff.sandbox.graph.routes import KINDS
from signoff.sandbox.pages.rendering import page
from signoff.sandbox.state import World
from signoff.sandbox.views import posts_of

SHOWN_CALLS: Final = 50

router = APIRouter(include_in_schema=False)


@router.get("/")
async def read_desk(world: CurrentWorld) -> Response:
    return _desk(world)


@router.post("/faults")
async def add_fault(request: Request, world: CurrentWorld) -> Response:
    filled: dict[str, object] = {name: value for name, value in (await request.form()).items() if value}
    if filled.pop("always", None):
        filled["times"] = None
    try:
        queue_fault(world, FaultIn.model_validate(filled))
    except ValidationError as wrong:
        first = wrong.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return _desk(world, f"{where}: {first['msg']}.", HTTPStatus.UNPROCESSABLE_ENTITY)
    return _back()


@router.post("/faults/{id}/remove")
async def remove_fault(id: str, world: CurrentWorld) -> Response:
    world.faults.remove(id)
    return _back()


@router.post("/clock")
async def advance_clock(request: Request, world: CurrentWorld) -> Response:
    minutes = str((await request.form()).get("minutes"))
    try:
        move_clock(world, ClockIn(advance_s=float(minutes) * 60))
    except ValueError:
        return _desk(world, "Say by how many minutes, as a number.", HTTPStatus.UNPROCESSABLE_ENTITY)
    return _back()


@router.post("/reset")
async def reset(world: CurrentWorld) -> Response:
    start_over(world)
    return _back()


def _desk(world: World, problem: str = "", status: int = HTTPStatus.OK) -> Response:
    accounts = world.accounts.values()
    return page(
        "desk.html",
        status,
        accounts=[{"account": one, "visible": len(posts_of(world, one.id))} for one in accounts],
        calls=["instagram.*", "facebook.*", *KINDS],
        behaviours=FAULTS,
        faults=world.faults.values(),
        lines=world.log.values()[: -SHOWN_CALLS - 1 : -1],
        now=world.now(),
        offset_s=round(world.clock_offset.total_seconds()),
        problem=problem,
    )


def _back() -> Response:
    return RedirectResponse("/", HTTPStatus.SEE_OTHER)
