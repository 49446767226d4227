"""Why a delivery went out late, from what is on record: each reason once, in the order they came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from signoff.records.deliveries.views import DeliveryDetail
from signoff.records.models import Attempt, Delivery
from signoff.records.states import DeliveryState
from signoff.web.times import duration

TOLD_FROM: Final = timedelta(minutes=1)


def lateness_of(delivery: Delivery) -> timedelta | None:
    """Give how late it went out, never less than nothing; None: it isn't out."""
    if delivery.published_at is None:
        return None
    return max(timedelta(), delivery.published_at - delivery.due_at)


def reasons_of(detail: DeliveryDetail) -> Sequence[str]:
    """Say what held a delivery up that went out late; empty where it wasn't late or nothing is known."""
    late = lateness_of(detail.view.delivery)
    if late is None or late < TOLD_FROM:
        return ()
    found = [*_tries(detail.attempts), *_doubts(detail), *_held(detail.view.delivery)]
    return found or ["No try failed: it waited for a worker, a free place or the end of a pause."]


def _tries(attempts: Sequence[Attempt]) -> Iterator[str]:
    put_back = [each for each in attempts if each.outcome == DeliveryState.SCHEDULED and each.detail]
    for why, count in Counter(each.detail.rstrip(".") for each in put_back).items():
        yield f"{why}{f' ({count} times)' if count > 1 else ''}."


def _doubts(detail: DeliveryDetail) -> Iterator[str]:
    began = next((each.at for each in detail.timeline if each.action == "delivery.lose_track"), None)
    out = detail.view.delivery.published_at
    if began and out and out > began:
        yield f"For {duration(out - began)} it wasn't known whether it is out; nothing is sent again before."


def _held(delivery: Delivery) -> Iterator[str]:
    if delivery.released_at is not None:
        by = "somebody" if delivery.released_by else "its brand's rule"
        yield f"It was held for being late, and let go by {by}."
