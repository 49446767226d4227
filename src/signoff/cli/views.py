"""signoff views: one's own views of the list of posts."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final

import typer

from signoff.cli.asking import pairs_of
from signoff.cli.door import Desk, api_command
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import say, show_json, show_table
from signoff.cli.posts import show_posts

views = typer.Typer(name="views", help="Your own views of the list of posts.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The view's name.")]

_AS_THEY_ARE: Final = ("state", "brand", "channel", "author", "assignee", "tag", "search", "sort")
"""What the API narrows by under the same names."""


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(views)


@api_command(views, "list")
async def list_views(desk: Desk) -> None:
    """List your views; nobody else sees them."""
    found = await _all(desk)
    if desk.as_json:
        show_json(found)
        return
    rows = [
        (one["name"], " ".join(f"{key}={value}" for key, value in one["filters"].items())) for one in found
    ]
    show_table(("Name", "Filters"), rows, empty="You have no views.")


@api_command(views, "save")
async def save(
    desk: Desk,
    name: Name,
    filters: Annotated[
        list[str],
        typer.Argument(
            metavar="FILTER=VALUE...",
            help="state, brand, channel, author, assignee, tag, search, changed (days), since, until, sort.",
        ),
    ],
) -> None:
    """Keep filters under a name; a view of that name is replaced."""
    view = await desk.api.post("/views", {"name": name, "filters": pairs_of(filters, "A filter")})
    show_json(view) if desk.as_json else say(f"Saved: {view['name']}.")


@api_command(views, "show")
async def show(desk: Desk, name: Name, limit: Annotated[int, typer.Option(min=1)] = 50) -> None:
    """List the posts that a view shows."""
    view = await _named(desk, name)
    try:
        asked = _asked(view["filters"], datetime.now().astimezone().date())
    except (ValueError, OverflowError) as problem:  # saved through the API, which keeps values as they come
        raise StoppedError(
            Exit.REFUSED, f"The view's days can't be read: {problem}.", next_step="Save it again."
        ) from problem
    show_posts(desk, await desk.api.all("/posts", limit, **asked))


@api_command(views, "delete")
async def delete(desk: Desk, name: Name) -> None:
    """Delete one of your views."""
    view = await _named(desk, name)
    await desk.api.change("DELETE", f"/views/{view['id']}")
    if not desk.as_json:
        say("Deleted.")


async def _all(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await desk.api.get("/views"))["items"]
    return found


async def _named(desk: Desk, name: str) -> dict[str, Any]:
    for one in await _all(desk):
        if one["name"].casefold() == name.strip().casefold():
            return one
    raise StoppedError(Exit.REFUSED, f"You have no view “{name}”.", next_step="List your views.")


def _asked(filters: dict[str, str], today: date) -> dict[str, str]:
    """Give what the API is asked with; days are those of this machine's zone, as times are printed in it."""
    asked: dict[str, str] = {key: filters[key] for key in _AS_THEY_ARE if key in filters}
    if days := filters.get("changed"):
        asked["changed_from"] = _midnight(today - timedelta(days=int(days) - 1))
    if since := filters.get("since"):
        asked["changed_from"] = _midnight(date.fromisoformat(since))
    if until := filters.get("until"):
        asked["changed_to"] = _midnight(date.fromisoformat(until) + timedelta(days=1))
    return asked


def _midnight(day: date) -> str:
    return datetime.combine(day, time()).astimezone().isoformat()
