"""signoff templates: what posts can begin with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from signoff.cli.asking import text_of
from signoff.cli.door import USUAL_MOST, Desk, Most, api_command
from signoff.cli.library import Archived, Body, BodyFile, ForBrand, Name, OfBrand, Search, Shelf
from signoff.cli.posts import PostArg, Tags, show_post

templates = typer.Typer(name="templates", help="What posts can begin with.", no_args_is_help=True)

TemplateArg = Annotated[str, typer.Argument(metavar="TEMPLATE", help="The template's id.")]
Kind = Annotated[str | None, typer.Option("--type", help="feed_post, blog_post, ...", show_default=False)]
Title = Annotated[str | None, typer.Option(help="The title.", show_default=False)]
Link = Annotated[str | None, typer.Option(help="A web address.", show_default=False)]
Channels = Annotated[
    list[str],
    typer.Option(
        "--channel",
        help="A channel's id, or a platform if it is for every brand; may be repeated.",
        show_default=False,
    ),
]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(templates)


def _facts(one: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "name", "content_type", "title", "body", "link", "image_prompt", "image_ratio")
    facts = {name.replace("_", " "): one[name] for name in names}
    own = "\n".join(f"{key}: {said.get('body') or said}" for key, said in one["overrides"].items())
    channels = ", ".join(one["channels"]) or "all"
    return facts | {"tags": ", ".join(one["tags"]), "channels": channels, "own texts": own}


def _row(one: dict[str, Any]) -> Sequence[str]:
    return one["id"], one["name"], one["brand_id"] or "every brand", one["content_type"], one["title"]


_SHELF: Final = Shelf("/templates", "template", _facts, ("Id", "Name", "For", "Type", "Title"), _row)


@api_command(templates, "list")
async def list_templates(
    desk: Desk,
    *,
    brand: OfBrand = "",
    search: Search = "",
    archived: Archived = False,
    limit: Most = USUAL_MOST,
) -> None:
    """List templates."""
    await _SHELF.list(desk, brand, search, limit, archived=archived)


@api_command(templates, "show")
async def show(desk: Desk, template: TemplateArg) -> None:
    """Show one template, with its placeholders."""
    await _SHELF.read(desk, template)


@api_command(templates, "create")
async def create(
    desk: Desk,
    *,
    name: Annotated[str, typer.Argument(help="Its name.")],
    brand: ForBrand = "",
    content_type: Kind = None,
    title: Title = None,
    body: Body = None,
    body_file: BodyFile = None,
    link: Link = None,
    channel: Channels = [],  # noqa: B006 - typer gives a fresh one
    tag: Tags = [],  # noqa: B006
) -> None:
    """Keep a template, for a brand or for every brand."""
    given = {"content_type": content_type, "title": title, "link": link, "channels": channel, "tags": tag}
    wanted = {"name": name, "brand_id": brand or None, "body": text_of(body, body_file, "text") or ""}
    _SHELF.show(desk, await desk.api.post("/templates", wanted | _said(given)))


@api_command(templates, "edit")
async def edit(
    desk: Desk,
    *,
    template: TemplateArg,
    name: Name = None,
    content_type: Kind = None,
    title: Title = None,
    body: Body = None,
    body_file: BodyFile = None,
    link: Link = None,
    channel: Channels = [],  # noqa: B006
    tag: Tags = [],  # noqa: B006
) -> None:
    """Change a template; what isn't given stays. Channels and tags are replaced as a whole."""
    given = {
        "name": name,
        "content_type": content_type,
        "title": title,
        "body": text_of(body, body_file, "text"),
        "link": link,
        "channels": channel or None,
        "tags": tag or None,
    }
    await _SHELF.change(desk, template, given)


@api_command(templates, "save")
async def save(
    desk: Desk,
    post: PostArg,
    name: Annotated[str, typer.Argument(help="Its name.")],
    for_all: Annotated[bool, typer.Option("--for-all", help="For every brand, not for the post's.")] = False,
) -> None:
    """Keep a post's content as a template."""
    _SHELF.show(desk, await desk.api.post(f"/posts/{post}/template", {"name": name, "for_all": for_all}))


@api_command(templates, "use")
async def use(
    desk: Desk,
    template: TemplateArg,
    brand: Annotated[str, typer.Option(help="Whose post; needed if it is for every brand.")] = "",
) -> None:
    """Write a new draft from a template."""
    show_post(desk, await desk.api.post(f"/templates/{template}/posts", {"brand_id": brand or None}))


@api_command(templates, "archive")
async def archive(desk: Desk, template: TemplateArg) -> None:
    """Put a template away; it can be restored."""
    await _SHELF.archive(desk, template)


@api_command(templates, "restore")
async def restore(desk: Desk, template: TemplateArg) -> None:
    """Get an archived template back."""
    await _SHELF.restore(desk, template)


def _said(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}
