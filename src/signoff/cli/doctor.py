"""signoff doctor: what is in force and why, and what is wrong."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer

from signoff.cli.door import run_stoppable
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import say, show_json, show_table
from signoff.cli.wiring import load_settings

if TYPE_CHECKING:
    from signoff.cli.findings import Finding

_MARKS: Final = {"ok": ("✓", "green"), "note": ("•", "yellow"), "bad": ("✗", "red")}


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(rich_help_panel="On this machine")(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")] = False,
) -> None:
    """Show every setting in force and where it came from, and look whether all is well."""
    run_stoppable(_examine(as_json=as_json), as_json=as_json)


async def _examine(*, as_json: bool) -> None:
    from signoff.cli.findings import examine
    from signoff.cli.in_force import settings_in_force

    settings = load_settings()
    in_force = settings_in_force(settings)
    if not as_json:
        show_table(("Setting", "Value", "From"), [(one.name, one.value, one.source) for one in in_force])
        say("")
    found = []
    async for finding in examine(settings):
        found.append(finding)
        if not as_json:
            _tell(finding)
    if as_json:
        show_json({"settings": [asdict(one) for one in in_force], "findings": [asdict(one) for one in found]})
    bad = [finding.what for finding in found if finding.level == "bad"]
    if bad:
        raise StoppedError(Exit.REFUSED, f"Not well: {', '.join(bad)}.")


def _tell(finding: Finding) -> None:
    mark, style = _MARKS[finding.level]
    said = f"{mark} {finding.what}: {finding.said}"
    say(f"{said} {finding.next_step}".rstrip(), style)
