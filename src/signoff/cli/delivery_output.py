"""What the command line prints about deliveries."""

from __future__ import annotations

from typing import Any

from signoff.cli.door import Desk
from signoff.cli.output import local_time, say, show_facts, show_json, show_table, waits


def show_list(desk: Desk, found: list[dict[str, Any]]) -> None:
    """Print deliveries, one a line."""
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


def show_by_hand(given: dict[str, Any] | None) -> None:
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


def say_moves(placed: list[dict[str, Any]]) -> None:
    """Say which of them the cadence moved, from when to when and why, and where it is full."""
    for one in placed:
        if one["moved_from"]:
            wanted, due = local_time(one["moved_from"]), local_time(one["due_at"])
            say(f"Moved on {one['channel_name']} from {wanted} to {due}. {one['moved_why']}", "yellow")
        for warning in one["warnings"]:
            free = f" Next free: {local_time(warning['next_free_at'])}." if warning["next_free_at"] else ""
            say(f"{warning['text']}{free}", "yellow")


def when_or_why(one: dict[str, Any]) -> str:
    """Tell when one that was held goes out, or why it doesn't."""
    return f"goes out {local_time(one['goes_out_at'])}" if one["goes_out_at"] else one["detail"]
