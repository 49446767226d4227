"""signoff demo: everything at once, with sample brands and stand-ins for the platforms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from signoff.cli.door import stoppable
from signoff.cli.output import say
from signoff.cli.wiring import load_settings, said_by_use_cases


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(rich_help_panel="Processes")(demo)


def demo(
    folder: Annotated[Path, typer.Option(help="Where its data is kept.")] = Path(".demo"),
    port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65525,
            help="Of the pages; the sandbox comes 10 above. Default: 8000 or the next free one.",
        ),
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Delete what is there and begin anew.")] = False,
) -> None:
    """Start Signoff with a made-up agency, its brands, and the sandbox to publish to; prints how to enter."""
    from signoff.demo.run import run_demo

    with stoppable(), said_by_use_cases():
        settings = load_settings()
        if port is not None:
            settings = type(settings)(port=port)
        run_demo(settings, folder.resolve(), is_fresh=fresh, tell=say)
