"""What the commands for the rules of brands and channels have in common."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from signoff.cli.door import Desk
from signoff.cli.exits import Exit, StoppedError


def number(text: str, option: str) -> int | None:
    """Read a number; “none” is None."""
    if text == "none":
        return None
    if not text.isdecimal():
        raise StoppedError(Exit.USAGE, f"{option} takes a number, or none.")
    return int(text)


async def show_or_set(
    desk: Desk,
    path: str,
    said: dict[str, Any],
    show: Callable[[Desk, dict[str, Any]], None],
    *,
    left: Collection[str] = (),
) -> None:
    """Set what is said beside what is set, but for what is `left` to the brand; show what holds then."""
    present = await desk.api.read(path)
    if not said and not left:
        show(desk, present.body)
        return
    rules = {name: value for name, value in present.body["own"].items() if name not in left} | said
    show(desk, await desk.api.change("PUT", path, present.etag, rules))
