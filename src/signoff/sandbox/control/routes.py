"""The control API as JSON below `/control`."""

from __future__ import annotations

from fnmatch import fnmatchcase

from fastapi import APIRouter

from signoff.sandbox.control import actions
from signoff.sandbox.control.bodies import (
    AccountIn,
    AccountOut,
    ClockIn,
    ClockOut,
    CodeIn,
    FaultIn,
    LimitIn,
    TokenIn,
    VisibleOut,
)
from signoff.sandbox.current import BaseUrl, CurrentWorld
from signoff.sandbox.records import Account, Code, Fault, Limit, LoggedCall
from signoff.sandbox.state import World
from signoff.sandbox.views import PostOut, carries, post_out, posts_of

router = APIRouter(prefix="/control", tags=["control"])


@router.get("/accounts")
async def list_accounts(world: CurrentWorld) -> list[Account]:
    return world.accounts.values()


@router.post("/accounts", status_code=201)
async def create_account(body: AccountIn, world: CurrentWorld, base: BaseUrl) -> AccountOut:
    return actions.create_account(world, body, base)


@router.post("/tokens", status_code=204)
async def change_token(body: TokenIn, world: CurrentWorld) -> None:
    actions.change_token(world, body)


@router.post("/codes", status_code=201)
async def create_code(body: CodeIn, world: CurrentWorld) -> Code:
    return actions.create_code(world, body)


@router.get("/faults")
async def list_faults(world: CurrentWorld) -> list[Fault]:
    return world.faults.values()


@router.post("/faults", status_code=201)
async def create_fault(body: FaultIn, world: CurrentWorld) -> Fault:
    return actions.queue_fault(world, body)


@router.delete("/faults", status_code=204)
async def delete_faults(world: CurrentWorld) -> None:
    for fault in world.faults.values():
        world.faults.remove(fault.id)


@router.get("/limits")
async def list_limits(world: CurrentWorld) -> list[Limit]:
    return world.limits.values()


@router.post("/limits", status_code=204)
async def set_limit(body: LimitIn, world: CurrentWorld) -> None:
    actions.set_limit(world, body)


@router.get("/clock")
async def read_clock(world: CurrentWorld) -> ClockOut:
    return _clock(world)


@router.post("/clock")
async def set_clock(body: ClockIn, world: CurrentWorld) -> ClockOut:
    actions.move_clock(world, body)
    return _clock(world)


@router.get("/requests")
async def list_requests(world: CurrentWorld, account: str = "", call: str = "*") -> list[LoggedCall]:
    """Tell what was called, oldest first; `call` may be a pattern."""
    lines = world.log.values()
    return [line for line in lines if account in {"", line.account} and fnmatchcase(line.call, call)]


@router.get("/posts")
async def list_posts(
    world: CurrentWorld, base: BaseUrl, account: str = "", text: str | None = None, *, hidden: bool = False
) -> list[PostOut]:
    """Tell which posts the public sees, newest first; `hidden` adds drafts, scheduled and deleted ones."""
    found = posts_of(world, account, hidden=hidden)
    return [post_out(base, post) for post in found if text in {None, post.text}]


@router.get("/visible")
async def count_visible(world: CurrentWorld, base: BaseUrl, key: str, account: str = "") -> VisibleOut:
    """Count the visible posts with a delivery's key in text or link, or made from this container or photo."""
    posts = [post_out(base, post) for post in posts_of(world, account) if carries(post, key)]
    return VisibleOut(count=len(posts), posts=posts)


@router.post("/reset", status_code=204)
async def reset(world: CurrentWorld) -> None:
    actions.start_over(world)


def _clock(world: World) -> ClockOut:
    return ClockOut(now=world.now(), offset_s=world.clock_offset.total_seconds())
