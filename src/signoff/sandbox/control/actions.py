"""What can be done to a sandbox, for the control API and for the forms of its pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from fastapi import HTTPException

from signoff.sandbox.clock import catch_up
from signoff.sandbox.control.bodies import AccountIn, AccountOut, ClockIn, CodeIn, FaultIn, LimitIn, TokenIn
from signoff.sandbox.records import Code, Fault, Limit
from signoff.sandbox.seeds import ALL_SCOPES, PERSON, add_account, full_token, seed
from signoff.sandbox.settings import AccountSeed
from signoff.sandbox.state import World


def create_account(world: World, body: AccountIn, base: str) -> AccountOut:
    """Add an account with a token for everything; one whose id exists is changed and keeps its posts."""
    number = world.next_number()
    id = body.id or str(17_841_400_000_000_000 + number)
    token = body.token or f"sandbox-token-{number}"
    username = body.username or f"account{number}"
    account = add_account(world, AccountSeed(body.platform, id, body.name, username, token, body.page_id))
    world.accounts.put(id, replace(account, quota_total=body.quota_total))
    world.tokens.put(token, full_token(world, account, token, body.login))
    return AccountOut(
        id=id,
        platform=body.platform,
        name=body.name,
        username=username,
        token=token,
        feed_url=f"{base}/feed/{id}",
    )


def change_token(world: World, body: TokenIn) -> None:
    """End, revive, shorten or restrict a token."""
    token = world.tokens.get(body.token)
    if not token:
        raise HTTPException(404, "there is no such token")
    changes: dict[str, Any] = {}
    if body.dead is not None or body.revive:
        changes["dead"] = body.dead
    if body.expires_in_s is not None:
        changes["expires_at"] = world.now() + timedelta(seconds=body.expires_in_s)
    if body.data_access_expires_in_s is not None:
        changes["data_access_expires_at"] = world.now() + timedelta(seconds=body.data_access_expires_in_s)
    if body.scopes is not None:
        changes["scopes"] = tuple(body.scopes)
    world.tokens.put(token.token, replace(token, **changes))


def create_code(world: World, body: CodeIn) -> Code:
    """Make what a login dialog would have handed to the application."""
    scopes = ALL_SCOPES if body.scopes is None else tuple(body.scopes)
    code = Code(f"sandbox-code-{world.next_number()}", PERSON, scopes)
    return world.codes.put(code.code, code)


def queue_fault(world: World, body: FaultIn) -> Fault:
    """Put a fault at the end of the queue."""
    id = str(world.next_number())
    return world.faults.put(id, Fault(id, body.call, body.fault, body.times, body.account, body.options))


def set_limit(world: World, body: LimitIn) -> None:
    """Set or lift what an account, or the application, may call within an hour."""
    if body.account and not world.accounts.get(body.account):
        raise HTTPException(404, "there is no such account")
    if body.calls_per_hour is None:
        world.limits.remove(body.account)
    else:
        world.limits.put(body.account, Limit(body.account, body.calls_per_hour))


def move_clock(world: World, body: ClockIn) -> None:
    """Set the clock, and let happen what became due."""
    if body.offset_s is not None:
        world.set_clock_offset(timedelta(seconds=body.offset_s))
    elif body.advance_s is not None:
        world.set_clock_offset(world.clock_offset + timedelta(seconds=body.advance_s))
    catch_up(world)


def start_over(world: World) -> None:
    """Forget everything but the accounts of the settings."""
    world.forget_everything()
    seed(world)
