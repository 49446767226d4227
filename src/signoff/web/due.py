"""When to publish, as forms say it: now, at a local time of the brand, in the next free slot, or not yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Self

from fastapi import Form

from signoff.kernel.ids import ChannelId
from signoff.records.deliveries.views import DeliveryView
from signoff.records.planning.crowded import Crowded
from signoff.records.planning.placement import Schedule
from signoff.records.states import PublishMode
from signoff.web import times


@dataclass(frozen=True, slots=True)
class DueForm:
    """The fields of parts/due.html."""

    when: str = ""
    due_local: str = ""
    due_choice: str = ""
    """Where a time happens twice: the one that is meant, with its offset."""
    keep_time: str = ""
    """yes: at that time whatever the cadence says."""
    by_hand: str = ""
    """yes: a person publishes it then."""

    @classmethod
    def of(
        cls,
        when: Annotated[str, Form()] = "",
        due_local: Annotated[str, Form()] = "",
        due_choice: Annotated[str, Form()] = "",
        keep_time: Annotated[str, Form()] = "",
        by_hand: Annotated[str, Form()] = "",
    ) -> Self:
        return cls(when, due_local, due_choice, keep_time, by_hand)

    @property
    def local(self) -> str:
        """The time as chosen; the choice counts only for the time it was offered for."""
        return self.due_choice if self.due_choice[:16] == self.due_local[:16] else self.due_local

    def schedule(
        self, channels: Sequence[ChannelId] | None = None, *, again: bool = False
    ) -> Schedule | None:
        """Give what was asked for; None: nothing is scheduled yet."""
        keep = self.keep_time == "yes"
        mode = PublishMode.MANUAL if self.by_hand == "yes" else PublishMode.AUTO
        if self.when == "now":
            return Schedule(channels, now=True, again=again, keep_time=keep, publish_mode=mode)
        if self.when == "at":
            return Schedule(channels, due_local=self.local, again=again, keep_time=keep, publish_mode=mode)
        if self.when == "slot":
            return Schedule(channels, next_slot=True, again=again, publish_mode=mode)
        return None


def moves_said(views: Sequence[DeliveryView], zone: str, now: datetime) -> str:
    """Say of what was just scheduled what the cadence moved and why, and where it is full; empty: nothing."""
    moved = [view for view in views if view.delivery.moved_from]
    said = [_move_said(view, zone, now, is_one=len(views) == 1) for view in moved]
    said += [_crowd_said(crowded, zone, now) for view in views for crowded in view.crowded]
    return " ".join(said)


def _crowd_said(crowded: Crowded, zone: str, now: datetime) -> str:
    free = crowded.next_free_at
    if free is None:
        return f"{crowded.text} There is no free time in 60 days."
    return f"{crowded.text} The next free time is {times.day_and_time(free, zone, now)}."


def _move_said(view: DeliveryView, zone: str, now: datetime, *, is_one: bool) -> str:
    delivery = view.delivery
    wanted = times.day_and_time(delivery.moved_from or delivery.due_at, zone, now)
    due = f"{times.day_and_time(delivery.due_at, zone, now)} {times.zone_mark(delivery.due_at, zone)}"
    where = "" if is_one else f" on {view.channel.name}"
    return f"Moved{where} from {wanted} to {due}. {delivery.moved_why}"
