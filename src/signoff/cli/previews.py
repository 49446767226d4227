"""Printing what would be sent, so that a person can approve it."""

from __future__ import annotations

from typing import Any

from signoff.cli.output import console, plain, say, show_facts


def show_preview(shown: dict[str, Any]) -> None:
    """Print each channel's variant, what stands in the way, and the seal."""
    for variant in shown["variants"]:
        _show_variant(variant)
    for objection in shown["objections"]:
        say(f"✗ {objection['message']}", "red")
    say(f"Seal: {grouped(shown['seen'])}")


def _show_variant(variant: dict[str, Any]) -> None:
    printer = console()
    printer.rule(plain(f"{variant['platform_label']}: {variant['channel_name']}"), align="left")
    payload = variant["payload"]
    printer.print(plain(payload.get("text", "")))
    show_facts(
        {
            **{name: value for name, value in payload.items() if name != "text" and isinstance(value, str)},
            "pictures": "\n".join(
                f"{one['width']}x{one['height']} {one['media_type']} “{one['alt']}”"
                for one in variant["pictures"]
            ),
            "limits": "\n".join(
                f"{one['label']}: {one['value']} of {one['limit']}"
                + (f", {one['over_by']} too many" if one["over_by"] else "")
                for one in variant["measures"]
            ),
            "notes": "\n".join(variant["notes"]),
        }
    )


def grouped(digest: str) -> str:
    """Write a fingerprint so that people can compare it."""
    return " ".join(digest[place : place + 8] for place in range(0, len(digest), 8))
