"""signoff brands approval, signoff channels approval: what it takes to approve a post."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from signoff.cli.brands import BrandArg, brands
from signoff.cli.channels import ChannelArg, channels
from signoff.cli.door import Desk, api_command
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import show_facts, show_json
from signoff.cli.rules import number, show_or_set

Approvals = Annotated[
    str | None, typer.Option(help="How many different people, 1 to 5, or none.", show_default=False)
]
FourEyes = Annotated[
    str | None, typer.Option(help="yes: no one approves their own post; no, or none.", show_default=False)
]
_SAID = {"yes": True, "no": False, "none": None}


def register(root: typer.Typer) -> None:
    """Add the commands to those of brands and channels."""
    del root
    api_command(brands, "approval")(of_brand)
    api_command(channels, "approval")(of_channel)


async def of_brand(
    desk: Desk,
    *,
    brand: BrandArg,
    approvals: Approvals = None,
    four_eyes: FourEyes = None,
    least_score: Annotated[
        str | None, typer.Option(help="What a post must score to be handed in, or none.", show_default=False)
    ] = None,
    stale_after: Annotated[
        str | None,
        typer.Option(help="Hours until people are told that it waits, or none.", show_default=False),
    ] = None,
) -> None:
    """Show what it takes to approve a post of the brand, or change it; none is the default again."""
    said = _said(approvals, four_eyes)
    if least_score is not None:
        said["least_score"] = number(least_score, "--least-score")
    if stale_after is not None:
        said["stale_after_hours"] = number(stale_after, "--stale-after")
    await show_or_set(desk, f"/brands/{brand}/approval", said, _show)


async def of_channel(
    desk: Desk, *, channel: ChannelArg, approvals: Approvals = None, four_eyes: FourEyes = None
) -> None:
    """Show what the channel asks for in place of its brand, or change it; none follows the brand again."""
    await show_or_set(desk, f"/channels/{channel}/approval", _said(approvals, four_eyes), _show)


def _said(approvals: str | None, four_eyes: str | None) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if approvals is not None:
        said["approvals"] = number(approvals, "--approvals")
    if four_eyes is not None:
        if four_eyes not in _SAID:
            raise StoppedError(Exit.USAGE, "--four-eyes takes yes, no or none.")
        said["four_eyes"] = _SAID[four_eyes]
    return said


def _show(desk: Desk, one: dict[str, Any]) -> None:
    if desk.as_json:
        show_json(one)
        return
    rules = one["in_force"]
    show_facts(
        {
            "people who approve": rules["approvals"],
            "no one approves their own": "yes" if rules["four_eyes"] else "no",
            "least score": rules["least_score"] or "any",
            "stale after": f"{rules['stale_after_hours']} h",
            "of its own": ", ".join(one["own"]) or "nothing",
        }
    )
