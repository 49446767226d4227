"""signoff brands: the businesses that posts are published for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from signoff.cli.asking import confirm
from signoff.cli.door import USUAL_MOST, Desk, Most, api_command
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import say, show_facts, show_json, show_table
from signoff.records.states import LatePolicy

brands = typer.Typer(name="brands", help="Whom posts are for.", no_args_is_help=True)

BrandArg = Annotated[str, typer.Argument(metavar="BRAND", help="The brand's id.")]
Zone = Annotated[
    str | None, typer.Option("--time-zone", help="IANA name, such as Europe/Madrid.", show_default=False)
]
Website = Annotated[str | None, typer.Option(help="Its web address.", show_default=False)]
Category = Annotated[str | None, typer.Option(help="A schema.org type, such as Bakery.", show_default=False)]
LateWindow = Annotated[
    int | None,
    typer.Option(help="How many minutes late a post still goes out by itself.", show_default=False),
]
LatePolicyName = Annotated[
    LatePolicy | None, typer.Option(help="What becomes of later ones.", show_default=False)
]
Telephone = Annotated[str | None, typer.Option(help="With the country code.", show_default=False)]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(brands)


def _show(desk: Desk, one: dict[str, Any]) -> None:
    if desk.as_json:
        show_json(one)
        return
    address = ", ".join(one["address"].values())
    hours = "\n".join(f"{line['days']} {line['opens']}-{line['closes']}" for line in one["hours"])
    names = ("id", "name", "time_zone", "website", "category", "telephone", "color")
    late = f"{one['late_policy']}, from {one['late_window_s'] // 60} min on"
    facts = {name.replace("_", " "): one[name] for name in names}
    show_facts(facts | {"address": address, "hours": hours, "late posts": late})


@api_command(brands, "list")
async def list_brands(desk: Desk, limit: Most = USUAL_MOST) -> None:
    """List brands."""
    found = await desk.api.all("/brands", limit)
    if desk.as_json:
        show_json(found)
        return
    rows = [(one["id"], one["name"], one["time_zone"], one["website"]) for one in found]
    show_table(("Id", "Name", "Time zone", "Website"), rows, empty="There are no brands yet.")


@api_command(brands, "show")
async def show(desk: Desk, brand: BrandArg) -> None:
    """Show one brand."""
    _show(desk, await desk.api.get(f"/brands/{brand}"))


@api_command(brands, "create")
async def create(
    desk: Desk,
    name: Annotated[str, typer.Argument(help="Its name.")],
    time_zone: Annotated[str, typer.Option("--time-zone", help="IANA name, such as Europe/Madrid.")],
    website: Website = None,
    category: Category = None,
    telephone: Telephone = None,
) -> None:
    """Add a brand."""
    given = {"website": website, "category": category, "telephone": telephone}
    body = {"name": name, "time_zone": time_zone} | _said(given)
    _show(desk, await desk.api.post("/brands", body))


@api_command(brands, "edit")
async def edit(
    desk: Desk,
    *,
    brand: BrandArg,
    name: Annotated[str | None, typer.Option(help="Its name.", show_default=False)] = None,
    time_zone: Zone = None,
    website: Website = None,
    category: Category = None,
    telephone: Telephone = None,
    late_window: LateWindow = None,
    late_policy: LatePolicyName = None,
) -> None:
    """Change a brand; what isn't given stays."""
    given = {
        "name": name,
        "time_zone": time_zone,
        "website": website,
        "category": category,
        "telephone": telephone,
        "late_window_s": None if late_window is None else late_window * 60,
        "late_policy": late_policy,
    }
    if not (changes := _said(given)):
        raise StoppedError(Exit.USAGE, "Say what to change, for example with --name.")
    present = await desk.api.read(f"/brands/{brand}")
    _show(desk, await desk.api.change("PATCH", f"/brands/{brand}", present.etag, changes))


def _said(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


@api_command(brands, "remove")
async def remove(
    desk: Desk, brand: BrandArg, yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False
) -> None:
    """Remove a brand with its channels; posts and what was published stay on record."""
    present = await desk.api.read(f"/brands/{brand}")
    confirm(f"Remove “{present.body['name']}” with its channels?", is_sure=yes)
    await desk.api.change("DELETE", f"/brands/{brand}", present.etag)
    if not desk.as_json:
        say("Removed.")


@api_command(brands, "export")
async def export(
    desk: Desk,
    brand: BrandArg,
    file: Annotated[
        Path | None, typer.Argument(help="Where to store it; default: exports-ID.zip here.")
    ] = None,
) -> None:
    """Download all exported pages of a brand as a zip."""
    target = file or Path(f"exports-{brand}.zip")
    size = await desk.api.download(f"/brands/{brand}/exports.zip", target)
    show_json({"file": str(target), "size_bytes": size}) if desk.as_json else say(f"{target}: {size} bytes")
