"""signoff posts bulk, signoff review bulk, signoff undo: many posts in one go."""

from __future__ import annotations

import sys
from typing import Annotated, Any, Final

import typer

from signoff.cli.asking import confirm
from signoff.cli.door import Desk, api_command
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import local_time, say, show_json, show_table
from signoff.cli.posts import Tags, posts
from signoff.cli.previews import show_preview
from signoff.cli.review import Comment, review

_STDIN: Final = "-"

Posts = Annotated[
    list[str], typer.Argument(metavar="POST...", help="The posts' ids; - reads them from standard input.")
]


def register(root: typer.Typer) -> None:
    """Add the command that takes things back; the others belong to their groups."""
    api_command(root, "undo")(undo)


@api_command(posts, "bulk")
async def change(
    desk: Desk,
    *,
    action: Annotated[str, typer.Argument(help="submit, archive, restore, assign, schedule, tag or untag.")],
    post: Posts,
    reason: Annotated[str, typer.Option(help="With archive: why.")] = "",
    person: Annotated[str, typer.Option(help="With assign: a person's id; without it, nobody.")] = "",
    tag: Tags = [],  # noqa: B006 - typer gives a fresh one
) -> None:
    """Do one thing with many posts, each by itself; what is refused doesn't hold up the rest."""
    body = {
        "action": action,
        "posts": _named(post),
        "reason": reason,
        "person_id": person or None,
        "tags": tag,
    }
    _show(desk, await desk.api.post("/posts/bulk", body))


@api_command(review, "bulk")
async def decide(
    desk: Desk,
    *,
    verdict: Annotated[str, typer.Argument(help="approve, request-changes or skip.")],
    post: Annotated[
        list[str],
        typer.Argument(
            metavar="POST[:SEAL]...", help="Ids, each with the seal of what you looked at; - reads them."
        ),
    ],
    comment: Comment = "",
    facts_confirmed: Annotated[
        bool,
        typer.Option("--facts-confirmed", help="You checked the facts of all of them: for a model's texts."),
    ] = False,
) -> None:
    """Decide about many posts; what is named without its seal is shown, and asked about."""
    pairs = [each.partition(":")[::2] for each in _named(post)]
    seen = {post_id: seal or await _look(desk, post_id) for post_id, seal in pairs}
    if any(not seal for _, seal in pairs):
        asked = f"{verdict.replace('-', ' ').capitalize()}: exactly this, {len(seen)} in all?"
        confirm(asked, is_sure=False, flag="POST:SEAL with the seals that were looked at")
    found = await desk.api.post(
        "/decisions",
        {
            "verdict": verdict.replace("-", "_"),
            "comment": comment,
            "posts": [
                {"post_id": post_id, "seen": seal, "facts_confirmed": facts_confirmed}
                for post_id, seal in seen.items()
            ],
        },
    )
    _show(desk, found)


async def undo(
    desk: Desk, undo_id: Annotated[str, typer.Argument(metavar="UNDO", help="What the command named.")]
) -> None:
    """Take back what was done with many posts, as far as nothing came of it; within a day."""
    _show(desk, await desk.api.post(f"/undos/{undo_id}"))


def _named(given: list[str]) -> list[str]:
    """Give the ids; whatever stands after one on its line of standard input is left aside."""
    if given != [_STDIN]:
        return given
    named = [line.split()[0] for line in sys.stdin if line.strip()]
    if not named:
        raise StoppedError(
            Exit.USAGE, "Standard input names no post.", next_step="Write one id on each line."
        )
    return named


async def _look(desk: Desk, post_id: str) -> str:
    shown = await desk.api.get(f"/posts/{post_id}/preview")
    if not desk.as_json:
        show_preview(shown)
    return str(shown["seen"])


def _show(desk: Desk, batch: dict[str, Any]) -> None:
    """Print what became of each; a refusal among them ends the command as a refusal."""
    items, undo_id = batch["items"], batch.get("undo_id")
    refused = [one for one in items if one["refused"]]
    if desk.as_json:
        show_json(batch)
    else:
        show_table(("Post", "Result"), [(one["post_id"], _result(one)) for one in items])
        say(f"{len(items) - len(refused)} of {len(items)} done.")
        if undo_id:
            say(f"Take it back: signoff undo {undo_id}")
    if refused:
        raise typer.Exit(Exit.REFUSED)


def _result(one: dict[str, Any]) -> str:
    if one["refused"]:
        return f"{one['refused']['detail']} {one['refused']['next_step']}".strip()
    state = one["decided"]["post"]["state"] if "decided" in one else one["state"]
    due = ", ".join(local_time(each["due_at"]) for each in one.get("deliveries", ()))
    return f"{state.replace('_', ' ')} {due}".strip()
