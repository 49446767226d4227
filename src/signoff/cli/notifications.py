"""signoff notifications: what one is told by mail."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from signoff.cli.door import Desk, api_command
from signoff.cli.output import say, show_json, show_table

notifications = typer.Typer(name="notifications", help="What you are told by mail.", no_args_is_help=True)


class Switch(StrEnum):
    """On or off."""

    ON = "on"
    OFF = "off"


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(notifications)


@api_command(notifications, "list")
async def list_notifications(desk: Desk) -> None:
    """List the events that reach you, and which of them come by mail."""
    _show(desk, (await desk.api.get("/me/notifications"))["items"])


@api_command(notifications, "mail")
async def mail(
    desk: Desk,
    switch: Annotated[Switch, typer.Argument(help="on or off.")],
    event: Annotated[list[str], typer.Argument(metavar="EVENT...", help="Names from the list.")],
) -> None:
    """Choose whether events come by mail; the pages show them in any case. Needs a token with all scopes."""
    body = {"mail": switch is Switch.ON}
    found: list[Any] = []
    for one in event:
        found = (await desk.api.change("PUT", f"/me/notifications/{one}", body=body))["items"]
    if desk.as_json:
        show_json(found)
        return
    say(f"{', '.join(event)}: {'by mail' if body['mail'] else 'not by mail'}.")


def _show(desk: Desk, found: list[dict[str, Any]]) -> None:
    if desk.as_json:
        show_json(found)
        return
    rows = [(one["event"], "mail" if one["mail"] else "", one["title"]) for one in found]
    show_table(("Event", "By", "What"), rows)
