"""signoff posts: writing."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from signoff.cli.asking import confirm, text_of
from signoff.cli.door import Desk, api_command
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import local_time, say, show_facts, show_json, show_table
from signoff.cli.previews import show_preview

posts = typer.Typer(name="posts", help="Write posts.", no_args_is_help=True)

PostArg = Annotated[str, typer.Argument(metavar="POST", help="The post's id.")]
Channels = Annotated[
    list[str], typer.Option("--channel", help="A channel's id; may be repeated.", show_default=False)
]
Media = Annotated[
    list[str],
    typer.Option("--media", help="A picture: ID, or ID=ALT TEXT; may be repeated.", show_default=False),
]
Tags = Annotated[list[str], typer.Option("--tag", help="May be repeated.", show_default=False)]
Body = Annotated[str | None, typer.Option(help="The text.", show_default=False)]
BodyFile = Annotated[
    str | None, typer.Option(help="A file with the text; - reads standard input.", show_default=False)
]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(posts)


def _media(given: list[str]) -> list[Any]:
    uses: list[Any] = []
    for one in given:
        media_id, equals, alt = one.partition("=")
        uses.append({"id": media_id, "alt": alt} if equals else media_id)
    return uses


def show_post(desk: Desk, post: dict[str, Any]) -> None:
    """Print one post."""
    if desk.as_json:
        show_json(post)
        return
    show_facts(
        {
            "id": post["id"],
            "state": _state(post),
            "brand": post["brand_name"],
            "type": post["content_type"],
            "title": post["title"],
            "text": post["body"],
            "link": post["link"],
            "pictures": "\n".join(f"{use['id']} {use['alt']}" for use in post["media"]),
            "channels": "\n".join(
                f"{one['id']} {one['name']} ({one['platform']})" for one in post["targets"]
            ),
            "tags": ", ".join(post["tags"]),
            "author": post["author"],
            "revision": post["revision"],
            "seal": post["seal"],
            "decided": "\n".join(_decision(one) for one in post["decisions"]),
            "deliveries": "\n".join(
                f"{one['id']} {one['state']} {one['channel_name']} {one['permalink'] or ''}"
                for one in post["deliveries"]
            ),
            "updated": local_time(post["updated_at"]),
        }
    )


def show_posts(desk: Desk, found: list[dict[str, Any]]) -> None:
    """Print a list of posts."""
    if desk.as_json:
        show_json(found)
        return
    rows = [
        (one["id"], _state(one), one["brand_name"], one["title"], local_time(one["updated_at"]))
        for one in found
    ]
    show_table(("Id", "State", "Brand", "Title", "Updated"), rows, empty="There are no such posts.")


def _state(post: dict[str, Any]) -> str:
    words = str(post["state"]).replace("_", " ")
    return f"{words}, changes requested" if post["changes_requested"] else words


def _decision(one: dict[str, Any]) -> str:
    verdict = one["verdict"].replace("_", " ")
    return f"{local_time(one['created_at'])} {verdict} by {one['person']} {one['comment']}".rstrip()


@api_command(posts, "list")
async def list_posts(
    desk: Desk,
    *,
    state: Annotated[str, typer.Option(help="draft, in_review, approved or archived.")] = "",
    brand: Annotated[str, typer.Option(help="A brand's id.")] = "",
    channel: Annotated[str, typer.Option(help="A channel's id.")] = "",
    author: Annotated[str, typer.Option(help="Who wrote it: a person's id.")] = "",
    assignee: Annotated[str, typer.Option(help="Who looks after its review: a person's id.")] = "",
    tag: Annotated[str, typer.Option(help="With this tag.")] = "",
    search: Annotated[str, typer.Option(help="Words of title, text and tags.")] = "",
    sort: Annotated[str, typer.Option(help="-updated_at, -created_at, title, ...")] = "-updated_at",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
) -> None:
    """List posts; without archived ones unless asked for."""
    found = await desk.api.all(
        "/posts",
        limit,
        state=state,
        brand=brand,
        channel=channel,
        author=author,
        assignee=assignee,
        tag=tag,
        search=search,
        sort=sort,
    )
    show_posts(desk, found)


@api_command(posts, "show")
async def show(desk: Desk, post: PostArg) -> None:
    """Show one post with its decisions and deliveries."""
    show_post(desk, await desk.api.get(f"/posts/{post}"))


@api_command(posts, "create")
async def create(
    desk: Desk,
    *,
    brand: Annotated[str, typer.Option(help="The brand's id.")],
    content_type: Annotated[
        str, typer.Option("--type", help="feed_post, blog_post, faq_page, ...")
    ] = "feed_post",
    title: Annotated[str, typer.Option(help="The title.")] = "",
    body: Body = None,
    body_file: BodyFile = None,
    link: Annotated[str, typer.Option(help="A web address.")] = "",
    channel: Channels = [],  # noqa: B006 - typer gives a fresh one
    media: Media = [],  # noqa: B006
    tag: Tags = [],  # noqa: B006
) -> None:
    """Write a new post, as a draft."""
    text = text_of(body, body_file, "text") or ""
    wanted = {
        "brand_id": brand,
        "content_type": content_type,
        "title": title,
        "body": text,
        "link": link,
        "channels": channel,
        "media": _media(media),
        "tags": tag,
    }
    show_post(desk, await desk.api.post("/posts", wanted))


@api_command(posts, "edit")
async def edit(
    desk: Desk,
    *,
    post: PostArg,
    title: Annotated[str | None, typer.Option(help="The title.", show_default=False)] = None,
    body: Body = None,
    body_file: BodyFile = None,
    link: Annotated[str | None, typer.Option(help="A web address.", show_default=False)] = None,
    channel: Channels = [],  # noqa: B006
    media: Media = [],  # noqa: B006
    tag: Tags = [],  # noqa: B006
) -> None:
    """Change a draft; what isn't given stays. Channels, pictures and tags are replaced as a whole."""
    given = {
        "title": title,
        "body": text_of(body, body_file, "text"),
        "link": link,
        "channels": channel or None,
        "media": _media(media) or None,
        "tags": tag or None,
    }
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        raise StoppedError(Exit.USAGE, "Say what to change, for example with --title.")
    present = await desk.api.read(f"/posts/{post}")
    show_post(desk, await desk.api.change("PATCH", f"/posts/{post}", present.etag, changes))


@api_command(posts, "preview")
async def preview(desk: Desk, post: PostArg) -> None:
    """Show exactly what would be sent to each channel, with its limits and the seal."""
    shown = await desk.api.get(f"/posts/{post}/preview")
    show_json(shown) if desk.as_json else show_preview(shown)


@api_command(posts, "submit")
async def submit(desk: Desk, post: PostArg) -> None:
    """Hand a draft in for review."""
    show_post(desk, await desk.api.post(f"/posts/{post}/submit"))


@api_command(posts, "duplicate")
async def duplicate(desk: Desk, post: PostArg) -> None:
    """Copy a post as a new draft."""
    show_post(desk, await desk.api.post(f"/posts/{post}/duplicate"))


@api_command(posts, "bring-back")
async def bring_back(
    desk: Desk, post: PostArg, number: Annotated[int, typer.Argument(help="Which version.")]
) -> None:
    """Give a draft the content of an earlier version, as a new one."""
    present = await desk.api.read(f"/posts/{post}")
    path = f"/posts/{post}/revisions/{number}/restore"
    show_post(desk, await desk.api.change("POST", path, present.etag))


@api_command(posts, "archive")
async def archive(desk: Desk, post: PostArg, reason: Annotated[str, typer.Option(help="Why.")] = "") -> None:
    """Put a post away; what isn't out of it is cancelled."""
    show_post(desk, await desk.api.post(f"/posts/{post}/archive", {"reason": reason}))


@api_command(posts, "restore")
async def restore(desk: Desk, post: PostArg) -> None:
    """Get an archived post back as a draft."""
    show_post(desk, await desk.api.post(f"/posts/{post}/restore"))


@api_command(posts, "delete")
async def delete(
    desk: Desk, post: PostArg, yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False
) -> None:
    """Delete a draft."""
    present = await desk.api.read(f"/posts/{post}")
    confirm(f"Delete “{present.body['title'] or post}”?", is_sure=yes)
    await desk.api.change("DELETE", f"/posts/{post}", present.etag)
    if not desk.as_json:
        say("Deleted.")


@api_command(posts, "revisions")
async def revisions(desk: Desk, post: PostArg) -> None:
    """List all versions of a post's content, newest first."""
    found = (await desk.api.get(f"/posts/{post}/revisions"))["items"]
    if desk.as_json:
        show_json(found)
        return
    rows = [(one["number"], local_time(one["created_at"]), one["title"], one["body"]) for one in found]
    show_table(("No.", "Stored", "Title", "Text"), rows)
