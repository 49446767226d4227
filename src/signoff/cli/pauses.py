"""signoff pause, resume, pauses: the switches that hold deliveries."""

from __future__ import annotations

from typing import Annotated

import typer

from signoff.cli.door import Desk, api_command
from signoff.cli.output import local_time, say, show_json, show_table

Scope = Annotated[str, typer.Argument(help="organization, brand, channel, or global (for the operator).")]
Target = Annotated[str | None, typer.Argument(metavar="[ID]", help="Of the brand or channel.")]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    api_command(root, "pause")(pause)
    api_command(root, "resume")(resume)
    api_command(root, "pauses")(pauses)


async def pause(
    desk: Desk,
    reason: Annotated[str, typer.Option(help="Why; others read it on every page.")],
    scope: Scope = "organization",
    target: Target = None,
) -> None:
    """Hold deliveries. What becomes due meanwhile waits."""
    paused = await desk.api.post("/pauses", {"scope": scope, "id": target, "reason": reason})
    if desk.as_json:
        show_json(paused)
        return
    say("Paused.")
    for one in paused["on_their_way"]:
        say(f"It may still appear: {one['id']} on {one['channel_name']}", "yellow")


async def resume(desk: Desk, scope: Scope = "organization", target: Target = None) -> None:
    """Let deliveries go again; overdue ones go out at once."""
    resumed = await desk.api.change("DELETE", "/pauses", scope=scope, id=target)
    show_json(resumed) if desk.as_json else say(
        f"Resumed. {resumed['released']} overdue deliveries go out now."
    )


async def pauses(desk: Desk) -> None:
    """List what is paused."""
    found = (await desk.api.get("/pauses"))["items"]
    if desk.as_json:
        show_json(found)
        return
    rows = [(one["scope"], one["target_id"], one["reason"], local_time(one["created_at"])) for one in found]
    show_table(("Scope", "Id", "Reason", "Since"), rows, empty="Nothing is paused.")
