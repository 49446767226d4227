"""signoff deliveries: what becomes of approved posts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from signoff.cli.asking import confirm
from signoff.cli.delivery_output import show_by_hand, show_delivery, show_list, when_or_why
from signoff.cli.door import Desk, api_command
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import local_time, say, show_json, show_table
from signoff.cli.scheduling import At, KeepTime, Local, NextSlot, Watch, needed_due
from signoff.cli.watching import watch_deliveries

deliveries = typer.Typer(name="deliveries", help="Follow what is published.", no_args_is_help=True)

DeliveryArg = Annotated[str, typer.Argument(metavar="DELIVERY", help="The delivery's id.")]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask.")]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(deliveries)


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
    show_list(desk, found)


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
    show_by_hand(one["by_hand"])
    tries = [
        (local_time(each["started_at"]), each["kind"], each["phase"], each["outcome"], each["detail"])
        for each in one["attempts"]
    ]
    if tries:
        show_table(("When", "Attempt", "Got to", "Outcome", "Detail"), tries)


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
    body = needed_due(at, local, next_slot=next_slot, keep_time=keep_time)
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
        show_list(desk, await desk.api.all("/deliveries", 1000, held="true"))
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
        (one["delivery_id"], one["delivery"]["state"] if one["delivery"] else "not done", when_or_why(one))
        for one in done
    ]
    show_table(("Id", "State", ""), rows, empty="")


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
