"""signoff brands closed-days: days on which a brand doesn't post."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from signoff.cli.brands import BrandArg, brands
from signoff.cli.door import Desk, api_command
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import say, show_json, show_table


def register(root: typer.Typer) -> None:
    """Add the command to those of brands."""
    del root
    api_command(brands, "closed-days")(closed_days)


async def closed_days(
    desk: Desk,
    *,
    brand: BrandArg,
    add: Annotated[
        str, typer.Option(help="A day, 2026-12-25, or several, 2026-12-25/2026-12-26.", show_default=False)
    ] = "",
    every: Annotated[
        str,
        typer.Option(
            help="“year”: the days of --add again each year; “Sa,Su”: weekdays.", show_default=False
        ),
    ] = "",
    reason: Annotated[str, typer.Option(help="Why; with --add or --every.", show_default=False)] = "",
    channel: Annotated[str, typer.Option(help="When adding: only on this channel.", show_default=False)] = "",
    remove: Annotated[str, typer.Option(help="Let posts out again: an id.", show_default=False)] = "",
) -> None:
    """Show on which days nothing is published, add some, or remove them.

    Weekdays count from the first day of --add, or from today, up to the last one if there are two.
    """
    path = f"/brands/{brand}/closed-days"
    if (add or every) and not reason:
        raise StoppedError(Exit.USAGE, "Say why with --reason.")
    if add or every:
        await desk.api.post(path, _days(add, every) | {"reason": reason, "channel_id": channel or None})
    if remove:
        await desk.api.change("DELETE", f"{path}/{remove}")
    found = (await desk.api.get(path))["items"]
    if desk.as_json:
        show_json(found)
        return
    rows = [
        (one["id"], one["first"], one["last"] or "", _again(one), one["channel_id"] or "all", one["reason"])
        for one in found
    ]
    show_table(("Id", "First", "Last", "Every", "Channel", "Why"), rows, empty="It posts on every day.")
    if add or every:
        say("What is scheduled there already stays; the calendar shows it.")


def _days(add: str, every: str) -> dict[str, Any]:
    first, _, last = add.partition("/")
    days = {"first": first or None, "last": last or None}
    if not every:
        return days
    if every == "year":
        return days | {"repeats": "yearly"}
    return days | {"repeats": "weekly", "weekdays": every.split(",")}


def _again(one: dict[str, Any]) -> str:
    return "year" if one["repeats"] == "yearly" else ",".join(one["weekdays"])
