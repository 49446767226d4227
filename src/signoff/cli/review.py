"""signoff review: deciding about exactly what one sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from signoff.cli.asking import confirm
from signoff.cli.delivery_output import say_moves
from signoff.cli.door import Desk, api_command
from signoff.cli.output import local_time, say, show_json, show_table
from signoff.cli.posts import PostArg
from signoff.cli.previews import show_preview
from signoff.cli.scheduling import KeepTime, NextSlot, due_of

review = typer.Typer(name="review", help="Decide about posts.", no_args_is_help=True)

Seen = Annotated[
    str, typer.Option(help="The whole seal of what you looked at; without it, it is shown and asked about.")
]
Comment = Annotated[str, typer.Option(help="For the author.")]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reviewer wants, and how they are asked whether they do."""

    verdict: str
    question: str
    comment: str
    schedule: dict[str, Any] | None = None
    facts_confirmed: bool = False


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(review)


@api_command(review, "queue")
async def queue(
    desk: Desk,
    *,
    brand: Annotated[str, typer.Option(help="A brand's id.")] = "",
    mine: Annotated[bool, typer.Option("--mine", help="Only what you look after, or nobody.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
) -> None:
    """List what waits for a decision, longest waiting first."""
    found = await desk.api.all("/review-queue", limit, brand=brand, mine="true" if mine else "")
    if desk.as_json:
        show_json(found)
        return
    rows = [
        (
            one["id"],
            local_time(one["state_since"]),
            one["brand_name"],
            one["author"],
            _progress(one),
            one["title"],
        )
        for one in found
    ]
    head = ("Id", "Waiting since", "Brand", "Author", "Approvals", "Title")
    show_table(head, rows, empty="Nothing waits for a decision.")


@api_command(review, "show")
async def show(desk: Desk, post: PostArg) -> None:
    """Show exactly what would be sent, and the seal that a decision is bound to."""
    shown = await desk.api.get(f"/posts/{post}/preview")
    show_json(shown) if desk.as_json else show_preview(shown)


@api_command(review, "ready")
async def ready(desk: Desk, post: PostArg) -> None:
    """Show the score with its reasons, and the statements that somebody should check."""
    found = await desk.api.get(f"/posts/{post}/readiness")
    if desk.as_json:
        show_json(found)
        return
    score = found["score"]
    say(f"Score {score['value']} of 100 ({score['band'].replace('_', ' ')}).")
    for each in [score["capped_by"]] if score["capped_by"] else []:
        say(f"Not more, because: {each['reason']} {each['action']}", "yellow")
    rows = [
        (each["part"], f"{each['points']:g}", each["reason"], each["action"]) for each in score["findings"]
    ]
    show_table(("Part", "Points lost", "Why", "What to do"), rows, empty="Nothing is missing.")
    said = [(each["key"], _rests_on(each), each["sentence"]) for each in found["statements"]]
    show_table(("Key", "Rests on", "Statement"), said, empty="It states nothing that needs a source.")


def _rests_on(statement: dict[str, Any]) -> str:
    if statement["checked_by"]:
        return f"checked by {statement['checked_by']}"
    if statement["open_phrases"]:
        return f"open: {', '.join(statement['open_phrases'])}"
    return ", ".join(source["label"] for source in statement["sources"])


@api_command(review, "undo")
async def undo(
    desk: Desk,
    *,
    post: PostArg,
    decision: Annotated[
        str, typer.Option(help="The decision's id; without it, the last one.", show_default=False)
    ] = "",
) -> None:
    """Take your last decision about a post back, while nothing came of it."""
    decisions = (await desk.api.get(f"/posts/{post}"))["decisions"]
    if not decisions:
        say("Nobody decided about this post.", "yellow")
        raise typer.Exit(1)
    found = await desk.api.post(f"/posts/{post}/decisions/{decision or decisions[0]['id']}/undo", {})
    show_json(found) if desk.as_json else say("Taken back: the post waits for a decision again.")


@api_command(review, "approve")
async def approve(
    desk: Desk,
    *,
    post: PostArg,
    seen: Seen = "",
    comment: Comment = "",
    now: Annotated[bool, typer.Option("--now", help="Publish at once.")] = False,
    at: Annotated[str, typer.Option(help="Schedule: a time with its offset, 2026-12-01T09:00:00Z.")] = "",
    local: Annotated[str, typer.Option(help="Schedule: a local time of the brand, 2026-12-01T09:00.")] = "",
    next_slot: NextSlot = False,
    keep_time: KeepTime = False,
    facts_confirmed: Annotated[
        bool,
        typer.Option(
            "--facts-confirmed", help="You checked prices, hours and names: for what a model wrote."
        ),
    ] = False,
) -> None:
    """Approve a post; with a time, schedule it in the same step."""
    schedule = due_of(at, local, next_slot=next_slot, keep_time=keep_time, now=now)
    question = "Approve exactly this?"
    await _decide(desk, post, Choice("approve", question, comment, schedule or None, facts_confirmed), seen)


@api_command(review, "request-changes")
async def request_changes(desk: Desk, post: PostArg, comment: Comment, seen: Seen = "") -> None:
    """Send a post back to its author; an approval is withdrawn."""
    await _decide(desk, post, Choice("request_changes", "Request changes of this?", comment), seen)


@api_command(review, "skip")
async def skip(desk: Desk, post: PostArg, comment: Comment, seen: Seen = "") -> None:
    """Put a post away that shall not be published."""
    await _decide(desk, post, Choice("skip", "Skip this?", comment), seen)


async def _decide(desk: Desk, post: str, choice: Choice, seen: str) -> None:
    if not seen:
        shown = await desk.api.get(f"/posts/{post}/preview")
        if not desk.as_json:
            show_preview(shown)
        confirm(choice.question, is_sure=False, flag="--seen with the seal that was looked at")
        seen = shown["seen"]
    body: dict[str, Any] = {
        "verdict": choice.verdict,
        "comment": choice.comment,
        "seen": seen.replace(" ", ""),
    }
    if choice.schedule:
        body["schedule"] = choice.schedule
    if choice.facts_confirmed:
        body["facts_confirmed"] = True
    decided = await desk.api.post(f"/posts/{post}/decisions", body)
    if desk.as_json:
        show_json(decided)
    else:
        _show(decided)


def _progress(post: dict[str, Any]) -> str:
    """Say how far the approval of a post in review is, “1 of 2 approvals: Mara”."""
    standing = post["approval"]
    if standing is None or standing["needed"] == 1:
        return ""
    names = ", ".join(each["person"] for each in standing["approved_by"])
    said = f"{len(standing['approved_by'])} of {standing['needed']} approvals"
    return f"{said}: {names}" if names else said


def _show(decided: dict[str, Any]) -> None:
    verdict, state = decided["decision"]["verdict"], decided["post"]["state"]
    say(f"{verdict.replace('_', ' ').capitalize()}: the post is {state.replace('_', ' ')} now.")
    if verdict == "approve" and decided["seal"] is None:
        say(f"It takes more people: {_progress(decided['post'])}.", "yellow")
    for delivery in decided["deliveries"]:
        say(f"Scheduled for {delivery['channel_name']}, {local_time(delivery['due_at'])}: {delivery['id']}")
    say_moves(decided["deliveries"])
    for delivery in decided["on_their_way"]:
        say(f"Can't be stopped any more: {delivery['id']} on {delivery['channel_name']}", "yellow")
