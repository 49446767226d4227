"""What is printed: tables for people, JSON for scripts. Texts of others can't steer the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

from rich.console import Console
from rich.table import Table
from rich.text import Text

from signoff.cli.exits import StoppedError

Json: TypeAlias = Any

_WIDE: Final = 200
"""Columns where no terminal says how many there are: what is piped on must not be cut."""


def console(*, to_errors: bool = False) -> Console:
    """Give a place to print; nothing in a text is taken for markup."""
    stream = sys.stderr if to_errors else sys.stdout
    width = None if stream.isatty() else _WIDE
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False, soft_wrap=True)


def plain(value: object) -> Text:
    """Give a text of somebody else without what a terminal would obey."""
    return Text(
        "".join(
            sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}" for sign in str(value)
        )
    )


def say(text: str, style: str = "") -> None:
    """Print a sentence."""
    console().print(plain(text), style=style or None)


def warn(text: str) -> None:
    """Print a sentence where errors go."""
    console(to_errors=True).print(plain(text), style="yellow")


def show_json(data: Json) -> None:
    """Print what the API said."""
    sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def show_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str = "Nothing here."
) -> None:
    """Print rows; ids are never cut."""
    lines = [[plain("" if cell is None else cell) for cell in row] for row in rows]
    if not lines:
        say(empty, "dim")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, no_wrap=column.casefold() == "id", overflow="fold")
    for line in lines:
        table.add_row(*line)
    console().print(table)


def show_facts(facts: Mapping[str, object]) -> None:
    """Print names and values below each other, without those that are empty."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts.items():
        if value not in {None, ""}:
            table.add_row(name, plain(value))
    console().print(table)


def local_time(moment: str | None) -> str:
    """Give a moment of the API in this machine's zone, with the zone's name."""
    if not moment:
        return ""
    local = datetime.fromisoformat(moment).astimezone()
    return f"{local:%Y-%m-%d %H:%M %Z}"


def waits(delivery: Mapping[str, Any]) -> str:
    """Say what a delivery of the API waits for, and until when in this machine's zone."""
    until = local_time(delivery["waiting_until"])
    return f"{delivery['waiting']}, until {until}" if until else str(delivery["waiting"])


def tell_stop(stopped: StoppedError, *, as_json: bool) -> None:
    """Say why a command ends, and what to do."""
    if as_json:
        said = stopped.problem or {"detail": stopped.detail, "next_step": stopped.next_step}
        sys.stderr.write(json.dumps(said, indent=2, ensure_ascii=False) + "\n")
        return
    printer = console(to_errors=True)
    printer.print(plain(stopped.detail), style="red")
    for error in _errors(stopped.problem):
        printer.print(plain(f"  {error.get('field', '')}: {error.get('message', '')}"))
    if stopped.next_step:
        printer.print(plain(stopped.next_step))


def _errors(problem: Mapping[str, Any] | None) -> list[dict[str, str]]:
    errors = (problem or {}).get("errors") or []
    shown = [error for error in errors if error.get("message") != (problem or {}).get("detail")]
    return shown if len(errors) > 1 else []
