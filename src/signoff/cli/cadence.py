"""signoff brands cadence, signoff channels cadence: how often and when posts go out."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from signoff.cli.brands import BrandArg, brands
from signoff.cli.channels import ChannelArg, channels
from signoff.cli.door import Desk, api_command
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import show_facts, show_json
from signoff.cli.rules import number, show_or_set

MinGap = Annotated[str | None, typer.Option(help="Minutes between two posts, or none.", show_default=False)]
MaxPerDay = Annotated[str | None, typer.Option(help="Posts a day, or none.", show_default=False)]
Quiet = Annotated[str | None, typer.Option(help="Local times 22:00-07:00, or none.", show_default=False)]
Slots = Annotated[
    list[str],
    typer.Option(
        "--slot", help="A best time, “Mo-Fr 09:00, 17:30”; may be repeated; or none.", show_default=False
    ),
]


def register(root: typer.Typer) -> None:
    """Add the commands to those of brands and channels."""
    del root
    api_command(brands, "cadence")(of_brand)
    api_command(channels, "cadence")(of_channel)


async def of_brand(
    desk: Desk,
    *,
    brand: BrandArg,
    min_gap: MinGap = None,
    max_per_day: MaxPerDay = None,
    quiet: Quiet = None,
    slot: Slots = [],  # noqa: B006 - typer gives a fresh one
) -> None:
    """Show the brand's cadence, or change it; what isn't given stays."""
    await show_or_set(desk, f"/brands/{brand}/cadence", _said(min_gap, max_per_day, quiet, slot), _show)


async def of_channel(
    desk: Desk,
    *,
    channel: ChannelArg,
    min_gap: MinGap = None,
    max_per_day: MaxPerDay = None,
    quiet: Quiet = None,
    slot: Slots = [],  # noqa: B006
    as_brand: Annotated[
        list[str],
        typer.Option(
            help="min-gap, max-per-day, quiet or slot: follow the brand again; may be repeated.",
            show_default=False,
        ),
    ] = [],  # noqa: B006
) -> None:
    """Show the channel's cadence, or change its own rules; what isn't given stays."""
    left = [_field(name) for name in as_brand]
    said = _said(min_gap, max_per_day, quiet, slot)
    await show_or_set(desk, f"/channels/{channel}/cadence", said, _show, left=left)


_FIELDS = {
    "min-gap": "min_gap_minutes",
    "max-per-day": "max_per_day",
    "quiet": "quiet_hours",
    "slot": "slots",
}


def _field(name: str) -> str:
    if name not in _FIELDS:
        raise StoppedError(Exit.USAGE, f"--as-brand takes {', '.join(_FIELDS)}; not “{name}”.")
    return _FIELDS[name]


def _said(min_gap: str | None, max_per_day: str | None, quiet: str | None, slot: list[str]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if min_gap is not None:
        said["min_gap_minutes"] = number(min_gap, "--min-gap")
    if max_per_day is not None:
        said["max_per_day"] = number(max_per_day, "--max-per-day")
    if quiet is not None:
        start, _, end = quiet.partition("-")
        said["quiet_hours"] = None if quiet == "none" else {"from": start.strip(), "to": end.strip()}
    if slot:
        said["slots"] = None if slot == ["none"] else slot
    return said


def _show(desk: Desk, one: dict[str, Any]) -> None:
    if desk.as_json:
        show_json(one)
        return
    rules, own = one["in_force"], one["own"]
    quiet = rules["quiet_hours"]
    told = {
        "min_gap_minutes": f"{rules['min_gap_minutes']} min" if rules["min_gap_minutes"] else "no limit",
        "max_per_day": rules["max_per_day"] or "no limit",
        "quiet_hours": f"{quiet['from']}-{quiet['to']}" if quiet else "none",
        "slots": ", ".join(rules["slots"]) or "none",
    }
    names = {"min_gap_minutes": "at least apart", "max_per_day": "most a day", "slots": "best times"}
    of_brand = {name for name in told if one["channel_id"] and name not in own}
    facts = {
        names.get(name, name.replace("_", " ")): f"{value}{'  (as the brand)' if name in of_brand else ''}"
        for name, value in told.items()
    }
    show_facts(facts | {"by the clock of": one["time_zone"]})
