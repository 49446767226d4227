"""Dropping a chip on another day or hour: what it means, carried out, and how it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from signoff.kernel.errors import NotFound, Problem, WrongState
from signoff.kernel.ids import DeliveryId, PostId
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.schedule.change import reschedule
from signoff.records.deliveries.queries import get_delivery
from signoff.records.deliveries.views import DeliveryView
from signoff.records.models import Delivery
from signoff.web import times
from signoff.web.calendar.chips import LOCKED_FOR
from signoff.web.due import moves_said
from signoff.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Moved:
    """What was done. `back` is where it was, so that it can be undone; None: it had no time before."""

    said: str
    back: datetime | None = None
    kept_time: bool = False
    """It stood there on purpose before, whatever its cadence said."""
    was_shifted: bool = False
    """A rule moved it on from where it was put."""


async def move_deliveries(
    visit: Visit, ids: Sequence[DeliveryId], to: datetime, *, keep_time: bool = False
) -> Moved:
    """Move deliveries to another moment, each by itself; what could not be moved is said.

    With `keep_time` they stay there, also where a rule of their cadence speaks against it.

    Raises:
        Problem: None could be moved; why the first one could not.
    """
    refused: list[str] = []
    first: Problem | None = None
    before: Delivery | None = None
    moved: list[DeliveryView] = []
    for delivery_id in ids:
        try:
            view, before = await _move_one(visit, delivery_id, to, keep_time=keep_time)
            moved.append(view)
        except Problem as problem:
            first = first or problem
            refused.append(problem.detail)
    if before is None:
        raise first or NotFound("There is nothing to move.")
    now = visit.runtime.clock.now()
    said = moves_said(moved, visit.zone, now) or f"Moved to {times.day_and_time(to, visit.zone, now)}."
    more = f"Not moved: {' '.join(refused)}" if refused else "The seal still holds: only the time changed."
    shifted = any(view.delivery.moved_from for view in moved)
    return Moved(f"{said} {more}", before.due_at, kept_time=before.keeps_time, was_shifted=shifted)


async def _move_one(
    visit: Visit, delivery_id: DeliveryId, to: datetime, *, keep_time: bool
) -> tuple[DeliveryView, Delivery]:
    detail = await get_delivery(visit.runtime, visit.actor, delivery_id)
    due, now = detail.view.delivery.due_at, visit.runtime.clock.now()
    if now <= due <= now + LOCKED_FOR:
        raise WrongState(
            "It is due within five minutes and isn't moved any more.",
            next_step="Cancel it, if it shall not go out.",
            state=str(detail.view.delivery.state),
        )
    moved = await reschedule(visit.runtime, visit.actor, delivery_id, due_at=to, keep_time=keep_time)
    return moved, detail.view.delivery


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
