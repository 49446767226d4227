"""signoff channels: connected accounts."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from signoff.cli.asking import confirm, pairs_of
from signoff.cli.brands import BrandArg
from signoff.cli.door import USUAL_MOST, Desk, Most, api_command
from signoff.cli.output import local_time, say, show_facts, show_json, show_table

channels = typer.Typer(name="channels", help="Where posts go.", no_args_is_help=True)

ChannelArg = Annotated[str, typer.Argument(metavar="CHANNEL", help="The channel's id.")]
OfBrand = Annotated[str, typer.Option("--brand", help="A brand's id.")]
Credentials = Annotated[
    list[str],
    typer.Option(
        "--credential", help="NAME=VALUE; may be repeated. What is missing is asked for.", show_default=False
    ),
]
Options = Annotated[
    list[str], typer.Option("--option", help="NAME=VALUE; may be repeated.", show_default=False)
]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    root.add_typer(channels)


def _show(desk: Desk, one: dict[str, Any]) -> None:
    if desk.as_json:
        show_json(one)
        return
    show_facts(
        {
            "id": one["id"],
            "name": one["name"],
            "platform": one["platform"],
            "account": f"{one['account_name']} ({one['account_key']})",
            "state": one["state"],
            "sandbox": "yes: nothing that goes there is public" if one["is_sandbox"] else "",
            "problem": one["problem"],
            "what to do": one["next_step"],
            "can": ", ".join(one["abilities"]),
            "warnings": "\n".join(one["warnings"]),
            "options": ", ".join(f"{name}={value}" for name, value in one["options"].items()),
            "checked": local_time(one["checked_at"]),
            "expires": local_time(one["expires_at"]),
        }
    )


@api_command(channels, "list")
async def list_channels(desk: Desk, brand: OfBrand = "", limit: Most = USUAL_MOST) -> None:
    """List channels."""
    found = await desk.api.all(f"/brands/{brand}/channels" if brand else "/channels", limit)
    if desk.as_json:
        show_json(found)
        return
    rows = [(one["id"], one["name"], one["platform"], one["state"], one["problem"]) for one in found]
    show_table(("Id", "Name", "Platform", "State", "Problem"), rows, empty="No channel is connected yet.")


@api_command(channels, "budgets")
async def budgets(desk: Desk, brand: OfBrand = "", limit: Most = USUAL_MOST) -> None:
    """Tell how much of each account's budgets is used and planned, and what it waits for."""
    found = await desk.api.all("/budgets", limit, brand=brand)
    if desk.as_json:
        show_json(found)
        return
    rows = [
        (
            one["channel_id"],
            one["channel_name"],
            _used(one["posts_24h"]),
            _used(one["calls_1h"]),
            "" if one["platform_percent"] is None else f"{one['platform_percent']} %",
            one["waiting"],
            local_time(one["waiting_until"]),
        )
        for one in found
    ]
    titles = ("Id", "Name", "Posts in 24 h", "Calls in 1 h", "By the platform", "Waits for", "Until")
    show_table(titles, rows, empty="No channel is connected yet.")


def _used(meter: dict[str, int] | None) -> str:
    return f"{meter['used']} + {meter['planned']} planned of {meter['limit']}" if meter else "no limit known"


@api_command(channels, "show")
async def show(desk: Desk, channel: ChannelArg) -> None:
    """Show one channel; never its credentials."""
    _show(desk, await desk.api.get(f"/channels/{channel}"))


@api_command(channels, "platforms")
async def platforms(desk: Desk) -> None:
    """List the platforms, with what each asks for."""
    found = (await desk.api.get("/platforms"))["items"]
    if desk.as_json:
        show_json(found)
        return
    rows = [
        (one["platform"], one["label"], _names(one["credentials"]), _names(one["options"])) for one in found
    ]
    show_table(("Platform", "Name", "Credentials", "Options"), rows)


def _names(fields: list[dict[str, Any]]) -> str:
    return ", ".join(field["name"] if field["required"] else f"[{field['name']}]" for field in fields)


@api_command(channels, "connect")
async def connect(
    desk: Desk,
    brand: BrandArg,
    platform: Annotated[str, typer.Argument(help="One of `signoff channels platforms`.")],
    name: Annotated[str, typer.Option(help="By default the account's own name.")] = "",
    credential: Credentials = [],  # noqa: B006 - typer gives a fresh one
    option: Options = [],  # noqa: B006
) -> None:
    """Connect an account. Secrets that aren't given are asked for: they needn't stand in the history."""
    credentials: dict[str, Any] = pairs_of(credential, "A credential")
    found = (await desk.api.get("/platforms"))["items"]
    asked: list[dict[str, Any]] = next(
        (one["credentials"] for one in found if one["platform"] == platform), []
    )
    body = {
        "platform": platform,
        "name": name,
        "credentials": credentials | _ask_for(asked, credentials),
        "options": pairs_of(option, "An option"),
    }
    _show(desk, await desk.api.post(f"/brands/{brand}/channels", body))


def _ask_for(fields: list[dict[str, Any]], given: dict[str, Any]) -> dict[str, str]:
    if not sys.stdin.isatty():
        return {}  # the API names what is missing
    missing = [field for field in fields if field["required"] and field["name"] not in given]
    return {
        field["name"]: typer.prompt(field["label"], hide_input=field["kind"] == "secret") for field in missing
    }


@api_command(channels, "check")
async def check(desk: Desk, channel: ChannelArg) -> None:
    """Ask the platform whether the account still works."""
    _show(desk, await desk.api.post(f"/channels/{channel}/check"))


@api_command(channels, "reconnect")
async def reconnect(
    desk: Desk,
    channel: ChannelArg,
    credential: Credentials = [],  # noqa: B006
) -> None:
    """Give a channel new credentials for the same account; what isn't given stays."""
    body = {"credentials": pairs_of(credential, "A credential")}
    done = await desk.api.post(f"/channels/{channel}/reconnect", body)
    if desk.as_json:
        show_json(done)
        return
    _show(desk, done["channel"])
    for one in done["retryable"]:
        say(f"Failed for want of a connection; `signoff deliveries retry {one}` sends it after all.")


@api_command(channels, "rename")
async def rename(
    desk: Desk, channel: ChannelArg, name: Annotated[str, typer.Argument(help="The new name.")]
) -> None:
    """Give a channel another name."""
    present = await desk.api.read(f"/channels/{channel}")
    _show(desk, await desk.api.change("PATCH", f"/channels/{channel}", present.etag, {"name": name}))


@api_command(channels, "remove")
async def remove(
    desk: Desk, channel: ChannelArg, yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False
) -> None:
    """Remove a channel. Waiting deliveries are cancelled, published ones stay out."""
    present = await desk.api.read(f"/channels/{channel}")
    confirm(f"Remove “{present.body['name']}”? What waits for it is cancelled.", is_sure=yes)
    removed = await desk.api.change("DELETE", f"/channels/{channel}", present.etag)
    if desk.as_json:
        show_json(removed)
        return
    say("Removed.")
    for one in removed["on_their_way"]:
        say(f"Can't be stopped any more: {one}", "yellow")
