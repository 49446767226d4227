"""signoff deliveries: what becomes of approved posts, and scheduling them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from signoff.cli.asking import confirm
from signoff.cli.door import Desk, api_command
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import local_time, say, show_facts, show_json, show_table, waits
from signoff.cli.posts import Channels, PostArg
from signoff.cli.watching import watch_deliveries

_SAY_WHEN: Final = "Give one of --at, --local and --next-slot."

deliveries = typer.Typer(name="deliveries", help="Follow what is published.", no_args_is_help=True)

DeliveryArg = Annotated[str, typer.Argument(metavar="DELIVERY", help="The delivery's id.")]
At = Annotated[str, typer.Option(help="A time with its offset, 2026-12-01T09:00:00Z.")]
Local = Annotated[str, typer.Option(help="A local time of the brand, 2026-12-01T09:00.")]
NextSlot = Annotated[bool, typer.Option("--next-slot", help="In the next free slot of each channel.")]
KeepTime = Annotated[
    bool, typer.Option("--keep-time", help="At that very time, whatever the channel's cadence says.")
]
Again = Annotated[bool, typer.Option("--again", help="Once more on purpose, where it is out already.")]
ByHand = Annotated[bool, typer.Option("--by-hand", help="A person publishes it then, and gives its address.")]
Watch = Annotated[bool, typer.Option("--watch", help="Follow it until it is done.")]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask.")]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(deliveries)
    api_command(root, "schedule")(schedule)
    api_command(root, "publish-now")(publish_now)


async def schedule(
    desk: Desk,
    *,
    post: PostArg,
    at: At = "",
    local: Local = "",
    next_slot: NextSlot = False,
    keep_time: KeepTime = False,
    channel: Channels = [],  # noqa: B006 - typer gives a fresh one
    again: Again = False,
    by_hand: ByHand = False,
) -> None:
    """Schedule an approved post: one delivery for each channel, moved where its cadence says so."""
    due = due_of(at, local, next_slot=next_slot, keep_time=keep_time)
    if not due.keys() & {"due_at", "due_local"}:
        raise StoppedError(Exit.USAGE, _SAY_WHEN)
    due["publish_mode"] = "manual" if by_hand else "auto"
    _show_placed(desk, await _place(desk, post, due, channel, again=again))


async def publish_now(
    desk: Desk,
    post: PostArg,
    channel: Channels = [],  # noqa: B006
    again: Again = False,
    keep_time: KeepTime = False,
    watch: Watch = False,
) -> None:
    """Publish an approved post at once, or as soon as the channel's cadence lets it."""
    due = {"due_at": "now", "keep_time": keep_time}
    placed = await _place(desk, post, due, channel, again=again)
    if watch:
        await watch_deliveries(desk, [one["id"] for one in placed])
    else:
        _show_placed(desk, placed)


def due_of(at: str, local: str, *, next_slot: bool, keep_time: bool, now: bool = False) -> dict[str, Any]:
    """Give the fields of the API that say when; without any of the times, none.

    Raises:
        StoppedError: Several times are given.
    """
    if sum((bool(at), bool(local), next_slot, now)) > 1:
        raise StoppedError(Exit.USAGE, _SAY_WHEN)
    chosen = {"due_at": "next_slot" if next_slot else "now" if now else at, "due_local": local}
    return {name: value for name, value in chosen.items() if value} | (
        {"keep_time": True} if keep_time else {}
    )


def _show_placed(desk: Desk, placed: list[dict[str, Any]]) -> None:
    _show_list(desk, placed)
    if not desk.as_json:
        say_moves(placed)


def say_moves(placed: list[dict[str, Any]]) -> None:
    """Say which of them the cadence moved, from when to when and why, and where it is full."""
    for one in placed:
        if one["moved_from"]:
            wanted, due = local_time(one["moved_from"]), local_time(one["due_at"])
            say(f"Moved on {one['channel_name']} from {wanted} to {due}. {one['moved_why']}", "yellow")
        for warning in one["warnings"]:
            free = f" Next free: {local_time(warning['next_free_at'])}." if warning["next_free_at"] else ""
            say(f"{warning['text']}{free}", "yellow")


async def _place(
    desk: Desk, post: str, due: dict[str, Any], channels: list[str], *, again: bool
) -> list[dict[str, Any]]:
    body = {name: value for name, value in due.items() if value} | {
        "again": again,
        "channels": channels or None,
    }
    placed: list[dict[str, Any]] = (await desk.api.post(f"/posts/{post}/deliveries", body))["items"]
    return placed


def _show_list(desk: Desk, found: list[dict[str, Any]]) -> None:
    if desk.as_json:
        show_json(found)
        return
    rows = [
        (
            one["id"],
            one["state"].replace("_", " "),
            local_time(one["due_at"]),
            one["channel_name"],
            one["post_title"],
            one["permalink"] or one["error"] or waits(one),
        )
        for one in found
    ]
    show_table(("Id", "State", "Due", "Channel", "Post", ""), rows, empty="There are no such deliveries.")


def show_delivery(desk: Desk, one: dict[str, Any]) -> None:
    """Print one delivery, without its story."""
    if desk.as_json:
        show_json(one)
        return
    show_facts(
        {
            "id": one["id"],
            "state": one["state"].replace("_", " "),
            "post": f"{one['post_id']} {one['post_title']}",
            "channel": f"{one['channel_name']} ({one['platform']})",
            "due": f"{local_time(one['due_at'])}  {one['due_local']} {one['due_zone']}".strip(),
            "asked for": local_time(one["moved_from"]),
            "moved": one["moved_why"] if one["moved_from"] else "",
            "keeps its time": f"on purpose. {one['moved_why']}" if one["keeps_time"] else "",
            "full": " ".join(warning["text"] for warning in one["warnings"]),
            "waiting": waits(one),
            "wanted": one["wanted"],
            "published": local_time(one["published_at"]),
            "permalink": one["permalink"],
            "sandbox": "yes: nothing of it is public" if one["is_sandbox"] else "",
            "tries": one["attempt_count"],
            "error": one["error"],
            "what to do": one["next_step"],
        }
    )


@api_command(deliveries, "list")
async def list_deliveries(
    desk: Desk,
    *,
    state: Annotated[list[str], typer.Option(help="scheduled, failed, ...; may be repeated.")] = [],  # noqa: B006
    brand: Annotated[str, typer.Option(help="A brand's id.")] = "",
    channel: Annotated[str, typer.Option(help="A channel's id.")] = "",
    post: Annotated[str, typer.Option(help="A post's id.")] = "",
    from_: Annotated[str, typer.Option("--from", help="Due then or later.")] = "",
    to: Annotated[str, typer.Option(help="Due before then.")] = "",
    newest_first: Annotated[bool, typer.Option("--newest-first", help="The last due time first.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
) -> None:
    """List deliveries by due time."""
    found = await desk.api.all(
        "/deliveries",
        limit,
        state=state,
        brand=brand,
        channel=channel,
        post=post,
        from_=from_,
        to=to,
        newest_first=newest_first,
    )
    _show_list(desk, found)


@api_command(deliveries, "show")
async def show(desk: Desk, delivery: DeliveryArg) -> None:
    """Show one delivery: attempts, timeline, receipt."""
    one = await desk.api.get(f"/deliveries/{delivery}")
    show_delivery(desk, one)
    if desk.as_json:
        return
    rows = [
        (local_time(event["at"]), event["action"], event["who"], event["via"]) for event in one["timeline"]
    ]
    show_table(("When", "What", "Who", "Through"), rows)
    _show_by_hand(one["by_hand"])
    tries = [
        (local_time(each["started_at"]), each["kind"], each["phase"], each["outcome"], each["detail"])
        for each in one["attempts"]
    ]
    if tries:
        show_table(("When", "Attempt", "Got to", "Outcome", "Detail"), tries)


def _show_by_hand(given: dict[str, Any] | None) -> None:
    """Print what a person needs, ready to be copied."""
    if given is None:
        return
    say(f"Publish it by hand on {given['account']} {given['address']}".rstrip(), "bold")
    for name, text in given["texts"].items():
        say(f"--- {name}", "dim")
        say(text)
    for picture in given["pictures"]:
        say(f"--- {picture['filename']}: {picture['alt']}", "dim")
        say(picture["url"])
    say("Then: signoff deliveries settle ID --out ADDRESS, or signoff deliveries cancel ID", "dim")


@api_command(deliveries, "cancel")
async def cancel(
    desk: Desk, delivery: DeliveryArg, reason: Annotated[str, typer.Option(help="Why.")] = ""
) -> None:
    """Cancel a delivery."""
    show_delivery(desk, await desk.api.post(f"/deliveries/{delivery}/cancel", {"reason": reason}))


@api_command(deliveries, "reschedule")
async def reschedule(
    desk: Desk,
    delivery: DeliveryArg,
    at: At = "",
    local: Local = "",
    next_slot: NextSlot = False,
    keep_time: KeepTime = False,
) -> None:
    """Move a scheduled delivery to another time."""
    body = due_of(at, local, next_slot=next_slot, keep_time=keep_time)
    if not body.keys() & {"due_at", "due_local"}:
        raise StoppedError(Exit.USAGE, _SAY_WHEN)
    show_delivery(desk, await desk.api.post(f"/deliveries/{delivery}/reschedule", body))


@api_command(deliveries, "retry")
async def retry(desk: Desk, delivery: DeliveryArg, watch: Watch = False) -> None:
    """Let a failed delivery go out after all."""
    one = await desk.api.post(f"/deliveries/{delivery}/retry")
    if watch:
        await watch_deliveries(desk, [delivery])
    else:
        show_delivery(desk, one)


@api_command(deliveries, "release")
async def release(desk: Desk, delivery: DeliveryArg) -> None:
    """Publish a delivery now that is held because it is late."""
    show_delivery(desk, await desk.api.post(f"/deliveries/{delivery}/release"))


@api_command(deliveries, "held")
async def held(
    desk: Desk,
    then: Annotated[
        str,
        typer.Argument(help="publish (one after the other), move or cancel; nothing: only list them."),
    ] = "",
    delivery: Annotated[
        list[str], typer.Option(help="Ids of deliveries; may be repeated. Default: all that are held.")
    ] = [],  # noqa: B006
) -> None:
    """List what is held because it is late, or decide about several at once."""
    if not then:
        _show_list(desk, await desk.api.all("/deliveries", 1000, held="true"))
        return
    ids = delivery or [one["id"] for one in await desk.api.all("/deliveries", 200, held="true")]
    if not ids:
        say("Nothing is held.")
        return
    done = (await desk.api.post("/deliveries/held", {"deliveries": ids, "then": then}))["items"]
    if desk.as_json:
        show_json(done)
        return
    rows = [
        (one["delivery_id"], one["delivery"]["state"] if one["delivery"] else "not done", _when_or_why(one))
        for one in done
    ]
    show_table(("Id", "State", ""), rows, empty="")


def _when_or_why(one: dict[str, Any]) -> str:
    return f"goes out {local_time(one['goes_out_at'])}" if one["goes_out_at"] else one["detail"]


@api_command(deliveries, "hurry")
async def hurry(desk: Desk, delivery: DeliveryArg) -> None:
    """Try one again now that waits for its next try."""
    show_delivery(desk, await desk.api.post(f"/deliveries/{delivery}/hurry"))


@api_command(deliveries, "look")
async def look(desk: Desk, delivery: DeliveryArg) -> None:
    """Have the platform asked now what became of a delivery whose outcome is unknown."""
    show_delivery(desk, await desk.api.post(f"/deliveries/{delivery}/look"))


@api_command(deliveries, "settle")
async def settle(
    desk: Desk,
    delivery: DeliveryArg,
    out: Annotated[str, typer.Option("--out", metavar="URL", help="It is out, at this address.")] = "",
    not_out: Annotated[
        str, typer.Option("--not-out", metavar="THEN", help="It isn't: publish, or leave.")
    ] = "",
    sure: Annotated[
        bool,
        typer.Option(
            "--sure", help="Before the platform's answer could count; or keep the address as given."
        ),
    ] = False,
) -> None:
    """Say what became of a delivery: of one in doubt, published by hand, failed or cancelled."""
    if bool(out) == bool(not_out):
        raise StoppedError(
            Exit.USAGE, "Give --out with the post's address, or --not-out with publish or leave."
        )
    body: dict[str, Any] = (
        {"out": True, "url": out, "sure": sure} if out else {"out": False, "then": not_out, "sure": sure}
    )
    show_delivery(desk, await desk.api.post(f"/deliveries/{delivery}/settle", body))


@api_command(deliveries, "recover")
async def recover(
    desk: Desk,
    delivery: DeliveryArg,
    reason: Annotated[str, typer.Option(help="Why it must go.")],
    urgency: Annotated[str, typer.Option(help="normal or high.")] = "normal",
    yes: Yes = False,
) -> None:
    """Take a published delivery down."""
    one = await desk.api.get(f"/deliveries/{delivery}")
    confirm(f"Take “{one['post_title']}” down from {one['channel_name']}?", is_sure=yes)
    body = {"reason": reason, "urgency": urgency}
    show_delivery(desk, await desk.api.post(f"/deliveries/{delivery}/recover", body))


@api_command(deliveries, "recovered")
async def recovered(desk: Desk, delivery: DeliveryArg) -> None:
    """Confirm that a person took the post down by hand."""
    show_delivery(desk, await desk.api.post(f"/deliveries/{delivery}/recovered-by-hand"))


@api_command(deliveries, "watch")
async def watch(
    desk: Desk, delivery: Annotated[list[str], typer.Argument(help="Ids of deliveries.")]
) -> None:
    """Follow deliveries until they are done. Exit status 1: one failed; 4: the outcome of one is unknown."""
    await watch_deliveries(desk, delivery)


@api_command(deliveries, "export")
async def export(
    desk: Desk,
    delivery: DeliveryArg,
    file: Annotated[Path | None, typer.Argument(help="Where to store it; default: ID.html here.")] = None,
) -> None:
    """Download the page of a delivery to an HTML channel."""
    target = file or Path(f"{delivery}.html")
    size = await desk.api.download(f"/deliveries/{delivery}/export", target)
    show_json({"file": str(target), "size_bytes": size}) if desk.as_json else say(f"{target}: {size} bytes")
