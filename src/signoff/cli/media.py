"""signoff media: pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from signoff.cli.door import Desk, api_command
from signoff.cli.output import console, show_facts, show_json

media = typer.Typer(name="media", help="Pictures.", no_args_is_help=True)

Alt = Annotated[str, typer.Option(help="What can be seen, for people who can't.")]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(media)


def _show(desk: Desk, one: dict[str, Any]) -> None:
    if desk.as_json:
        show_json(one)
        return
    size = f"{one['width']} x {one['height']}, {one['size_bytes']} bytes, {one['media_type']}"
    show_facts({"id": one["id"], "picture": size, "alt text": one["alt"], "digest": one["digest"]})


@api_command(media, "upload")
async def upload(
    desk: Desk,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A picture.")],
    alt: Alt = "",
) -> None:
    """Upload a picture; the same bytes are stored once."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
    )
    with Progress(*columns, console=console(to_errors=True), transient=True) as progress:
        line = progress.add_task(file.name, total=file.stat().st_size)
        stored = await desk.api.upload(file, alt, lambda size: progress.advance(line, size))
    _show(desk, stored)


@api_command(media, "import")
async def import_(
    desk: Desk, address: Annotated[str, typer.Argument(help="Its web address.")], alt: Alt = ""
) -> None:
    """Copy a picture in from the internet."""
    _show(desk, await desk.api.post("/media", {"url": address, "alt": alt}))


@api_command(media, "crop")
async def crop(
    desk: Desk,
    picture: Annotated[str, typer.Argument(metavar="MEDIA", help="The picture's id.")],
    shape: Annotated[str, typer.Option(help="Width to height: 4:5, 1.91:1, or a number.")],
    size: Annotated[int, typer.Option(help="Percent of the largest frame of that shape.")] = 100,
    left: Annotated[int, typer.Option(help="Percent of the room beside it: 0 is the left edge.")] = 50,
    top: Annotated[int, typer.Option(help="Percent of the room above and below: 0 is the top.")] = 50,
) -> None:
    """Cut a part out of a picture and store it as a picture of its own."""
    frame = {"ratio": _ratio(shape), "size": size, "left": left, "top": top}
    _show(desk, await desk.api.post(f"/media/{picture}/crops", frame))


def _ratio(shape: str) -> float:
    width, _, height = shape.partition(":")
    try:
        return float(width) / float(height or 1)
    except (ValueError, ZeroDivisionError) as problem:
        raise typer.BadParameter("Say it as 4:5 or 0.8.", param_hint="--shape") from problem


@api_command(media, "show")
async def show(
    desk: Desk, picture: Annotated[str, typer.Argument(metavar="MEDIA", help="The picture's id.")]
) -> None:
    """Show what is known about a picture."""
    _show(desk, await desk.api.get(f"/media/{picture}"))
