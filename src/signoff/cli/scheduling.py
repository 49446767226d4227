"""signoff schedule, signoff publish-now: when an approved post goes out."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from signoff.cli.delivery_output import say_moves, show_list
from signoff.cli.door import Desk, api_command
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.posts import Channels, PostArg
from signoff.cli.watching import watch_deliveries

_SAY_WHEN: Final = "Give one of --at, --local and --next-slot."

At = Annotated[str, typer.Option(help="A time with its offset, 2026-12-01T09:00:00Z.")]
Local = Annotated[str, typer.Option(help="A local time of the brand, 2026-12-01T09:00.")]
NextSlot = Annotated[bool, typer.Option("--next-slot", help="In the next free slot of each channel.")]
KeepTime = Annotated[
    bool, typer.Option("--keep-time", help="At that very time, whatever the channel's cadence says.")
]
Again = Annotated[bool, typer.Option("--again", help="Once more on purpose, where it is out already.")]
ByHand = Annotated[bool, typer.Option("--by-hand", help="A person publishes it then, and gives its address.")]
Watch = Annotated[bool, typer.Option("--watch", help="Follow it until it is done.")]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    api_command(root, "schedule")(schedule)
    api_command(root, "publish-now")(publish_now)


async def schedule(
    desk: Desk,
    *,
    post: PostArg,
    at: At = "",
    local: Local = "",
    next_slot: NextSlot = False,
    keep_time: KeepTime = False,
    channel: Channels = [],  # noqa: B006 - typer gives a fresh one
    again: Again = False,
    by_hand: ByHand = False,
) -> None:
    """Schedule an approved post: one delivery for each channel, moved where its cadence says so."""
    due = needed_due(at, local, next_slot=next_slot, keep_time=keep_time)
    due["publish_mode"] = "manual" if by_hand else "auto"
    _show_placed(desk, await _place(desk, post, due, channel, again=again))


async def publish_now(
    desk: Desk,
    post: PostArg,
    channel: Channels = [],  # noqa: B006
    again: Again = False,
    keep_time: KeepTime = False,
    watch: Watch = False,
) -> None:
    """Publish an approved post at once, or as soon as the channel's cadence lets it."""
    due = {"due_at": "now", "keep_time": keep_time}
    placed = await _place(desk, post, due, channel, again=again)
    if watch:
        await watch_deliveries(desk, [one["id"] for one in placed])
    else:
        _show_placed(desk, placed)


def due_of(at: str, local: str, *, next_slot: bool, keep_time: bool, now: bool = False) -> dict[str, Any]:
    """Give the fields of the API that say when; without any of the times, none.

    Raises:
        StoppedError: Several times are given.
    """
    if sum((bool(at), bool(local), next_slot, now)) > 1:
        raise StoppedError(Exit.USAGE, _SAY_WHEN)
    chosen = {"due_at": "next_slot" if next_slot else "now" if now else at, "due_local": local}
    return {name: value for name, value in chosen.items() if value} | (
        {"keep_time": True} if keep_time else {}
    )


def needed_due(at: str, local: str, *, next_slot: bool, keep_time: bool) -> dict[str, Any]:
    """Give the fields of the API that say when.

    Raises:
        StoppedError: No time is given, or several are.
    """
    due = due_of(at, local, next_slot=next_slot, keep_time=keep_time)
    if not due.keys() & {"due_at", "due_local"}:
        raise StoppedError(Exit.USAGE, _SAY_WHEN)
    return due


def _show_placed(desk: Desk, placed: list[dict[str, Any]]) -> None:
    show_list(desk, placed)
    if not desk.as_json:
        say_moves(placed)


async def _place(
    desk: Desk, post: str, due: dict[str, Any], channels: list[str], *, again: bool
) -> list[dict[str, Any]]:
    body = {name: value for name, value in due.items() if value} | {
        "again": again,
        "channels": channels or None,
    }
    placed: list[dict[str, Any]] = (await desk.api.post(f"/posts/{post}/deliveries", body))["items"]
    return placed
