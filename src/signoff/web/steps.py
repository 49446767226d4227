"""The way of a delivery as a row of steps: done, now, next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from signoff.records.states import DeliveryState
from signoff.records.views import DeliveryDetail
from signoff.records.waiting import Waiting

_S = DeliveryState
_BEFORE_SENDING: Final = frozenset({_S.SCHEDULED})


@dataclass(frozen=True, slots=True)
class Step:
    """One step, with when it was made."""

    word: str
    icon: str
    state: Literal["done", "now", "next"]
    at: datetime | None = None
    detail: str = ""
    waiting: Waiting | None = None
    """What it waits for, where that is more than its time."""


def steps_of(detail: DeliveryDetail) -> list[Step]:
    """Lay out where a delivery stands; a way that ended early ends there."""
    delivery, view = detail.view.delivery, detail.view
    steps = [
        Step("Approved and sealed", "stamp", "done", detail.decision.created_at, f"by {detail.decided_by}"),
        Step("Scheduled", "calendar-clock", "done", delivery.created_at, f"for {view.channel.name}"),
    ]
    if delivery.state in _BEFORE_SENDING:
        said = "" if view.waiting else "A worker takes it up when its time has come"
        now = Step("Waits for its time", "clock", "now", delivery.due_at, said, view.waiting)
        return [*steps, now, _next("Published")]
    if delivery.state is _S.PUBLISHING:
        said = (
            "The one call that makes it public is under way"
            if delivery.commit_intent_at
            else _prepared(detail)
        )
        return [*steps, Step("Publishing", "send", "now", delivery.state_since, said), _next("Published")]
    if delivery.state is _S.UNKNOWN:
        said = "Looked for on the platform before anything is sent again"
        return [
            *steps,
            Step("Outcome unknown", "circle-help", "now", delivery.doubt_since, said),
            _next("Settled"),
        ]
    if delivery.state is _S.FAILED:
        said = f"{delivery.error} {delivery.next_step}".strip()
        return [*steps, Step("Failed, nothing is out", "octagon-alert", "now", delivery.state_since, said)]
    if delivery.state is _S.CANCELLED:
        return [*steps, Step("Cancelled", "ban", "now", delivery.state_since, delivery.wanted_reason)]
    return [*steps, *_after(detail)]


def _next(word: str) -> Step:
    return Step(word, "circle-check", "next")


def _prepared(detail: DeliveryDetail) -> str:
    begun = "Partly prepared on the platform" if detail.view.delivery.checkpoint else "Being prepared"
    return f"{begun}; nothing is public yet"


def _after(detail: DeliveryDetail) -> list[Step]:
    delivery, receipt = detail.view.delivery, detail.view.receipt
    is_over = delivery.state is _S.PUBLISHED
    said = receipt.permalink if receipt else ""
    out = [Step("Published", "circle-check", "done", delivery.published_at, said)]
    if is_over:
        return out
    if delivery.state is _S.RECOVERED:
        return [*out, Step("Taken down", "undo-2", "done", delivery.recovered_at, delivery.recovery_reason)]
    word = "Being taken down" if delivery.state is _S.RECOVERING else "Take it down by hand"
    return [*out, Step(word, "undo-2", "now", delivery.state_since, delivery.recovery_reason), _next("Gone")]
