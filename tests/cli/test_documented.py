"""The page about the command line names every command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.main import get_command

from signoff.cli.main import make_app

DOCS = Path(__file__).parents[2] / "docs/cli.md"


def names_of(command: object, path: str = "signoff") -> Iterator[str]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path
        return
    for name, one in inner.items():
        yield from names_of(one, f"{path} {name}")


def test_every_command_is_documented_and_none_that_is_not_there() -> None:
    there = set(names_of(get_command(make_app())))
    documented = set(re.findall(r"`(signoff(?: [a-z][a-z-]*)+)", DOCS.read_text("utf-8")))
    assert there <= documented
    assert {
        one for one in documented if not any(name.startswith(one) or one.startswith(name) for name in there)
    } == set()


def test_every_command_says_what_it_does() -> None:
    for command in _commands(get_command(make_app())):
        assert command.help, command.name


def _commands(command: object) -> Iterator[typer.core.TyperCommand]:
    for one in getattr(command, "commands", {}).values():
        yield one
        yield from _commands(one)
