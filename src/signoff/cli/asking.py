"""Asking the person at the terminal; a script is never asked."""

from __future__ import annotations

import sys

import typer

from signoff.cli.exits import Exit, StoppedError


def confirm(question: str, *, is_sure: bool, flag: str = "--yes") -> None:
    """Go on only after a yes.

    Raises:
        StoppedError: The answer is no, or there is nobody to ask.
    """
    if is_sure:
        return
    if not sys.stdin.isatty():
        raise StoppedError(Exit.USAGE, question, next_step=f"Nobody is there to answer: give {flag}.")
    if not typer.confirm(question):
        raise StoppedError(Exit.REFUSED, "Nothing was done.")


def text_of(given: str | None, file: str | None, what: str) -> str | None:
    """Give a text from an option, or from a file, where “-” is the standard input."""
    if given is not None and file is not None:
        raise StoppedError(Exit.USAGE, f"Give the {what} once: as a text, or as a file.")
    if file is None:
        return given
    if file == "-":
        return sys.stdin.read()
    try:
        with open(file, encoding="utf-8") as source:  # noqa: PTH123 - as people typed it
            return source.read()
    except (OSError, UnicodeDecodeError) as problem:
        raise StoppedError(Exit.USAGE, f"{file} can't be read: {problem}") from problem


def pairs_of(given: list[str], what: str) -> dict[str, str]:
    """Give `name=value` options as a mapping."""
    pairs = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise StoppedError(Exit.USAGE, f"{what} is written as NAME=VALUE, not “{one}”.")
        pairs[name] = value
    return pairs
