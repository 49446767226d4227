"""signoff alerts, health, calendar: seeing whether all is well."""

from __future__ import annotations

from typing import Annotated

import typer

from signoff.cli.door import USUAL_MOST, Desk, Most, api_command
from signoff.cli.output import local_time, say, show_facts, show_json, show_table

alerts = typer.Typer(name="alerts", help="What a person must know.", no_args_is_help=True)


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(alerts)
    api_command(root, "health")(health)
    api_command(root, "calendar")(calendar)


@api_command(alerts, "list")
async def list_alerts(desk: Desk, limit: Most = USUAL_MOST) -> None:
    """List open alerts, newest first."""
    found = await desk.api.all("/alerts", limit)
    if desk.as_json:
        show_json(found)
        return
    rows = [
        (one["id"], local_time(one["raised_at"]), one["title"], one["cause"], one["next_step"])
        for one in found
    ]
    show_table(("Id", "Since", "What", "Why", "What to do"), rows, empty="Nothing needs you.")


@api_command(alerts, "close")
async def close_alert(desk: Desk, alert: Annotated[str, typer.Argument(help="The alert's id.")]) -> None:
    """Say that it was dealt with."""
    await desk.api.post(f"/alerts/{alert}/close")
    if not desk.as_json:
        say("Closed.")


async def health(desk: Desk) -> None:
    """Tell how publishing goes: backlog, lateness, success, workers, platforms, and what is wrong."""
    figures = await desk.api.get("/health/publishing")
    if desk.as_json:
        show_json(figures)
        return
    for alarm in figures["alarms"]:
        say(f"{alarm['title']}. {alarm['cause']} {alarm['next_step']}")
    lists = {name: figures.pop(name) for name in ("alarms", "pauses", "platforms")}
    show_facts({name.replace("_", " "): "-" if value is None else value for name, value in figures.items()})
    for pause in lists["pauses"]:
        say(f"Paused ({pause['scope']}): {pause['reason']}")
    columns = ("Platform", "Channels", "Signed out", "Held", "Trying again", "Reachable")
    rows = [
        (
            one["platform"],
            one["channels"],
            one["signed_out"],
            one["held"],
            one["trying_again"],
            "yes" if one["is_reachable"] else "no",
        )
        for one in lists["platforms"]
    ]
    show_table(columns, rows, empty="No channel is connected.")


async def calendar(
    desk: Desk,
    from_: Annotated[str, typer.Option("--from", help="A time with its offset.")],
    to: Annotated[str, typer.Option(help="The moment after the last one.")],
    brand: Annotated[str, typer.Option(help="A brand's id.")] = "",
) -> None:
    """List the deliveries of a period."""
    found = (await desk.api.get("/calendar", from_=from_, to=to, brand=brand))["items"]
    if desk.as_json:
        show_json(found)
        return
    rows = [
        (
            local_time(one["due_at"]),
            one["state"].replace("_", " "),
            one["brand_name"],
            one["channel_name"],
            one["post_title"],
        )
        for one in found
    ]
    show_table(("Due", "State", "Brand", "Channel", "Post"), rows, empty="Nothing is planned.")
