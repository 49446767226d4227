"""signoff snippets: short pieces of text, to put in where they are needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from signoff.cli.asking import text_of
from signoff.cli.door import USUAL_MOST, Desk, Most, api_command
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.library import Archived, Body, BodyFile, ForBrand, Name, OfBrand, Search, Shelf
from signoff.cli.output import say, show_json

snippets = typer.Typer(name="snippets", help="Short pieces of text to put in.", no_args_is_help=True)

SnippetArg = Annotated[str, typer.Argument(metavar="SNIPPET", help="The snippet's id.")]
Shortcut = Annotated[str | None, typer.Option(help="Typed behind a slash.", show_default=False)]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(snippets)


def _facts(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in ("id", "name", "shortcut", "body")}


def _row(one: dict[str, Any]) -> Sequence[str]:
    return one["id"], f"/{one['shortcut']}", one["name"], one["brand_id"] or "every brand", one["body"]


_SHELF: Final = Shelf("/snippets", "snippet", _facts, ("Id", "Shortcut", "Name", "For", "Text"), _row)


@api_command(snippets, "list")
async def list_snippets(
    desk: Desk,
    *,
    brand: OfBrand = "",
    search: Search = "",
    archived: Archived = False,
    limit: Most = USUAL_MOST,
) -> None:
    """List snippets."""
    await _SHELF.list(desk, brand, search, limit, archived=archived)


@api_command(snippets, "show")
async def show(desk: Desk, snippet: SnippetArg) -> None:
    """Show one snippet, with its placeholders."""
    await _SHELF.read(desk, snippet)


@api_command(snippets, "text")
async def text(
    desk: Desk,
    snippet: SnippetArg,
    brand: Annotated[str, typer.Option(help="Whose facts; needed if it is for every brand.")] = "",
) -> None:
    """Print what a snippet stands for, with a brand's facts in their places."""
    found = await desk.api.get(f"/snippets/{snippet}/text", brand=brand)
    show_json(found) if desk.as_json else say(found["text"])


@api_command(snippets, "create")
async def create(
    desk: Desk,
    *,
    name: Annotated[str, typer.Argument(help="Its name.")],
    body: Body = None,
    body_file: BodyFile = None,
    shortcut: Shortcut = None,
    brand: ForBrand = "",
) -> None:
    """Keep a snippet, for a brand or for every brand."""
    given = text_of(body, body_file, "text")
    if given is None:
        raise StoppedError(Exit.USAGE, "Give the text with --body or --body-file.")
    wanted = {"name": name, "body": given, "shortcut": shortcut or "", "brand_id": brand or None}
    _SHELF.show(desk, await desk.api.post("/snippets", wanted))


@api_command(snippets, "edit")
async def edit(
    desk: Desk,
    *,
    snippet: SnippetArg,
    name: Name = None,
    body: Body = None,
    body_file: BodyFile = None,
    shortcut: Shortcut = None,
) -> None:
    """Change a snippet; what isn't given stays, and so do the posts that it was put into."""
    given = {"name": name, "body": text_of(body, body_file, "text"), "shortcut": shortcut}
    await _SHELF.change(desk, snippet, given)


@api_command(snippets, "archive")
async def archive(desk: Desk, snippet: SnippetArg) -> None:
    """Put a snippet away; it can be restored."""
    await _SHELF.archive(desk, snippet)


@api_command(snippets, "restore")
async def restore(desk: Desk, snippet: SnippetArg) -> None:
    """Get an archived snippet back."""
    await _SHELF.restore(desk, snippet)
