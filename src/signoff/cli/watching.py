"""Following deliveries until they are done."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from signoff.cli.door import Desk
from signoff.cli.exits import Exit, StoppedError
from signoff.cli.output import console, plain, show_json, waits

_ASK_EVERY_S: Final = 1.0

_DONE: Final = frozenset({"published", "failed", "cancelled", "recovered", "manual_recovery_needed"})
_BAD: Final = frozenset({"failed", "cancelled"})


async def watch_deliveries(desk: Desk, ids: Sequence[str]) -> None:
    """Show each delivery's state until none moves any more.

    Raises:
        StoppedError: One didn't come out, or a person must say what became of one.
    """
    columns = (
        SpinnerColumn(finished_text="•"),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(to_errors=True)) as progress:
        found = await asyncio.gather(*(_follow(desk, one, progress) for one in ids))
    if desk.as_json:
        show_json(found)
    else:
        for one in found:
            console().print(plain(_sentence(one)))
    _end(found)


async def _follow(desk: Desk, delivery: str, progress: Progress) -> dict[str, Any]:
    line: TaskID = progress.add_task(delivery, total=1)
    while True:
        one: dict[str, Any] = await desk.api.get(f"/deliveries/{delivery}")
        progress.update(line, description=_sentence(one))
        if one["state"] in _DONE or one["asks_person"]:
            progress.update(line, completed=1)
            return one
        await asyncio.sleep(_ASK_EVERY_S)


def _sentence(one: dict[str, Any]) -> str:
    what = one["permalink"] or one["error"] or waits(one)
    words = f"{one['channel_name']}: {one['state'].replace('_', ' ')}"
    return str(plain(f"{words} {what}".strip()))


def _end(found: Sequence[dict[str, Any]]) -> None:
    unknown = [one["id"] for one in found if one["state"] == "unknown"]
    if unknown:
        raise StoppedError(
            Exit.UNKNOWN,
            f"Nobody but a person can say what became of {', '.join(unknown)}.",
            next_step="Look on the platform, then `signoff deliveries settle`.",
        )
    bad = [one for one in found if one["state"] in _BAD]
    if bad:
        raise StoppedError(
            Exit.REFUSED,
            "; ".join(one["error"] or f"{one['channel_name']}: {one['state']}" for one in bad),
            next_step=bad[0]["next_step"],
        )
