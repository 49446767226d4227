"""signoff snippets: short pieces of text, to put in where they are needed."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from signoff.cli.asking import text_of
from signoff.cli.door import USUAL_MOST, Desk, Most, api_command
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import local_time, say, show_facts, show_json, show_table

snippets = typer.Typer(name="snippets", help="Short pieces of text to put in.", no_args_is_help=True)

SnippetArg = Annotated[str, typer.Argument(metavar="SNIPPET", help="The snippet's id.")]
OfBrand = Annotated[str, typer.Option("--brand", help="Those that this brand can use: its id.")]
ForBrand = Annotated[str, typer.Option("--brand", help="A brand's id; without it, for every brand.")]
Search = Annotated[str, typer.Option(help="Words of it.")]
Archived = Annotated[bool, typer.Option("--archived", help="Those that were put away instead.")]
Name = Annotated[str | None, typer.Option(help="Its name.", show_default=False)]
Shortcut = Annotated[str | None, typer.Option(help="Typed behind a slash.", show_default=False)]
Body = Annotated[str | None, typer.Option(help="The text.", show_default=False)]
BodyFile = Annotated[
    str | None, typer.Option(help="A file with the text; - reads standard input.", show_default=False)
]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(snippets)


def asked(brand: str, search: str, *, archived: bool) -> dict[str, str]:
    """Give what a list is narrowed to."""
    return {"brand": brand, "search": search} | ({"archived": "true"} if archived else {})


def _show(desk: Desk, one: dict[str, Any]) -> None:
    if desk.as_json:
        show_json(one)
        return
    facts = {name: one[name] for name in ("id", "name", "shortcut", "body")}
    known = {
        "for": one["brand_id"] or "every brand",
        "changed": local_time(one["updated_at"]),
        "archived": local_time(one["archived_at"]),
    }
    show_facts(facts | known)


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
    found = await desk.api.all("/snippets", limit, **asked(brand, search, archived=archived))
    if desk.as_json:
        show_json(found)
        return
    rows = [
        (one["id"], f"/{one['shortcut']}", one["name"], one["brand_id"] or "every brand", one["body"])
        for one in found
    ]
    show_table(("Id", "Shortcut", "Name", "For", "Text"), rows, empty="There are no such snippets.")


@api_command(snippets, "show")
async def show(desk: Desk, snippet: SnippetArg) -> None:
    """Show one snippet, with its placeholders."""
    _show(desk, await desk.api.get(f"/snippets/{snippet}"))


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
    _show(desk, await desk.api.post("/snippets", wanted))


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
    changes = {field: value for field, value in given.items() if value is not None}
    if not changes:
        raise StoppedError(Exit.USAGE, "Say what to change, for example with --body.")
    present = await desk.api.read(f"/snippets/{snippet}")
    _show(desk, await desk.api.change("PATCH", f"/snippets/{snippet}", present.etag, changes))


@api_command(snippets, "archive")
async def archive(desk: Desk, snippet: SnippetArg) -> None:
    """Put a snippet away; it can be restored."""
    present = await desk.api.read(f"/snippets/{snippet}")
    _show(desk, await desk.api.change("DELETE", f"/snippets/{snippet}", present.etag))


@api_command(snippets, "restore")
async def restore(desk: Desk, snippet: SnippetArg) -> None:
    """Get an archived snippet back."""
    _show(desk, await desk.api.post(f"/snippets/{snippet}/restore"))
