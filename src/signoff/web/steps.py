"""The way of a delivery as a row of steps: done, now, next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from signoff.records.deliveries.views import DeliveryDetail
from signoff.records.deliveries.waiting import Waiting
from signoff.records.states import DeliveryState, PublishMode

_S = DeliveryState
_BEFORE_SENDING: Final = frozenset({_S.SCHEDULED, _S.MANUAL_DUE, _S.PUBLISHING})


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
    if delivery.first_intent_at is not None:
        said = "The fingerprint was the same as at approval; else nothing would have been sent"
        steps.append(Step("Seal compared", "fingerprint", "done", delivery.first_intent_at, said))
    if delivery.state in _BEFORE_SENDING:
        return [*steps, _before_sending(detail), _next("Published")]
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


def _before_sending(detail: DeliveryDetail) -> Step:
    delivery, view = detail.view.delivery, detail.view
    if delivery.state is _S.MANUAL_DUE:
        said = "Somebody publishes it by hand, then gives its address here"
        return Step("To do by hand", "user-round", "now", delivery.state_since, said)
    if delivery.state is _S.SCHEDULED:
        who = "A worker takes it up" if delivery.publish_mode is PublishMode.AUTO else "Somebody publishes it"
        said = "" if view.waiting else f"{who} when its time has come"
        return Step("Waits for its time", "clock", "now", delivery.due_at, said, view.waiting)
    is_sent = delivery.commit_intent_at is not None
    said = (
        "The one call that makes it public is under way and can't be stopped any more"
        if is_sent
        else _prepared(detail)
    )
    return Step("Publishing", "send", "now", delivery.state_since, said)


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
