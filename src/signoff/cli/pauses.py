"""signoff pause, resume, pauses: the switches that hold deliveries."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from signoff.cli.asking import confirm
from signoff.cli.door import USUAL_MOST, Desk, Most, api_command
from signoff.cli.output import local_time, say, show_json, show_table

Scope = Annotated[str, typer.Argument(help="organization, brand, channel, or global (for the operator).")]
RULES = "publish (one after the other), reschedule or ask"
FATES = {"publish": "goes out", "move": "moved", "hold": "held: you decide", "paused": "still paused"}

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
    on_resume: Annotated[str, typer.Option(help=f"For what is overdue then: {RULES}.")] = "publish",
) -> None:
    """Hold deliveries. What becomes due meanwhile waits."""
    body = {"scope": scope, "id": target, "reason": reason, "on_resume": on_resume}
    paused = await desk.api.post("/pauses", body)
    if desk.as_json:
        show_json(paused)
        return
    say("Paused.")
    for one in paused["on_their_way"]:
        say(f"It may still appear: {one['id']} on {one['channel_name']}", "yellow")


async def resume(
    desk: Desk,
    scope: Scope = "organization",
    target: Target = None,
    rule: Annotated[
        str | None, typer.Option(help=f"For what is overdue: {RULES}. Default: as chosen when pausing.")
    ] = None,
    review: Annotated[bool, typer.Option("--review", help="Only tell what it would do.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Let deliveries go again: shows what becomes of what is overdue, and asks."""
    where: dict[str, Any] = {"scope": scope, "id": target, "rule": rule}
    if review or not (yes or desk.as_json):
        seen = await desk.api.get("/pauses/review", **where)
        show_json(seen) if desk.as_json else _show_overdue(seen["items"], seen["more"])
        if review:
            return
        if seen["items"]:
            confirm("Resume?", is_sure=yes)
    resumed = await desk.api.change("DELETE", "/pauses", **where)
    if desk.as_json:
        show_json(resumed)
        return
    say(f"Resumed. {resumed['released']} overdue deliveries go out by themselves.")
    if yes:
        _show_overdue(resumed["items"], 0)


def _show_overdue(items: list[dict[str, Any]], more: int) -> None:
    rows = [
        (
            one["delivery"]["id"],
            local_time(one["delivery"]["due_at"]),
            one["delivery"]["channel_name"],
            one["delivery"]["post_title"],
            FATES[one["fate"]],
            local_time(one["at"]),
        )
        for one in items
    ]
    show_table(("Id", "Was due", "Channel", "Post", "Becomes", "At"), rows, empty="Nothing is overdue.")
    if more:
        say(f"And {more} more.")


async def pauses(desk: Desk, limit: Most = USUAL_MOST) -> None:
    """List what is paused, oldest first."""
    found = await desk.api.all("/pauses", limit)
    if desk.as_json:
        show_json(found)
        return
    rows = [(one["scope"], one["target_id"], one["reason"], local_time(one["created_at"])) for one in found]
    show_table(("Scope", "Id", "Reason", "Since"), rows, empty="Nothing is paused.")
