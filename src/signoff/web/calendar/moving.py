"""Dropping a chip on another day or hour: what it means, carried out, and how it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from signoff.kernel.errors import NotFound, Problem, WrongState
from signoff.kernel.ids import DeliveryId, PostId
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.schedule.change import reschedule
from signoff.records.delivery_queries import get_delivery
from signoff.records.views import DeliveryView
from signoff.web import times
from signoff.web.calendar.chips import LOCKED_FOR
from signoff.web.due import moves_said
from signoff.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Moved:
    """What was done. `back` is where it was, so that it can be undone; None: it had no time before."""

    said: str
    back: datetime | None = None


async def move_deliveries(visit: Visit, ids: Sequence[DeliveryId], to: datetime) -> Moved:
    """Move deliveries to another moment, each by itself; what could not be moved is said.

    Raises:
        Problem: None could be moved; why the first one could not.
    """
    refused: list[str] = []
    first: Problem | None = None
    before: datetime | None = None
    moved: list[DeliveryView] = []
    for delivery_id in ids:
        try:
            view, before = await _move_one(visit, delivery_id, to)
            moved.append(view)
        except Problem as problem:
            first = first or problem
            refused.append(problem.detail)
    if before is None:
        raise first or NotFound("There is nothing to move.")
    now = visit.runtime.clock.now()
    said = moves_said(moved, visit.zone, now) or f"Moved to {times.day_and_time(to, visit.zone, now)}."
    if refused:
        return Moved(f"{said} Not moved: {' '.join(refused)}", before)
    return Moved(f"{said} The seal still holds: only the time changed.", before)


async def _move_one(visit: Visit, delivery_id: DeliveryId, to: datetime) -> tuple[DeliveryView, datetime]:
    detail = await get_delivery(visit.runtime, visit.actor, delivery_id)
    due, now = detail.view.delivery.due_at, visit.runtime.clock.now()
    if now <= due <= now + LOCKED_FOR:
        raise WrongState(
            "It is due within five minutes and isn't moved any more.",
            next_step="Cancel it, if it shall not go out.",
            state=str(detail.view.delivery.state),
        )
    return await reschedule(visit.runtime, visit.actor, delivery_id, due_at=to), due


async def move_wish(
    visit: Visit, post_id: PostId, version: int, before: datetime | None, to: datetime | None
) -> Moved:
    """Note another wished time on a draft.

    Raises:
        VersionChanged, WrongState, NotAllowed: As for any edit of a draft.
    """
    await edit_post(visit.runtime, visit.actor, post_id, {"suggested_time": to}, version=version)
    if to is None:
        return Moved("The draft wishes for no time any more.", before)
    when = times.day_and_time(to, visit.zone, visit.runtime.clock.now())
    return Moved(f"The draft wishes for {when} now. It still needs an approval.", before)
