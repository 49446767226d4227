"""What an attempt came to, and which move follows. From a connector's error to a delivery's fate."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from signoff.connectors.base import Checkpoint, Receipt
from signoff.connectors.errors import (
    Ambiguous,
    ConnectorError,
    Reconnect,
    Refused,
    Rest,
    Throttled,
    TryLater,
    Unfinished,
)
from signoff.records.states import DeliveryAction


@dataclass(frozen=True, slots=True)
class Outcome:
    """The move that follows and what is written with it."""

    action: DeliveryAction
    receipt: Receipt | None = None
    error_class: str = ""
    error: str = ""
    advice: str = ""
    not_before: datetime | None = None
    """Not tried again before; None: the delivery's own waits (2, 4, 8 min) decide if it costs a try."""
    costs_try: bool = False
    hold_account_until: datetime | None = None
    rests: Rest = Rest.ACCOUNT
    """What is held until then. Where it costs a try, each hold is longer than the last."""
    reconnect: bool = False
    waiting_for: str = ""
    detail: dict[str, Any] = field(default_factory=dict)
    checkpoint: Checkpoint | None = None
    """What the looks are told; None keeps the stored one."""


UNEXPECTED: Final = "unexpected"


def published(receipt: Receipt) -> Outcome:
    """It is out, with proof."""
    return Outcome(DeliveryAction.CONFIRM, receipt=receipt)


def unwanted() -> Outcome:
    """Nobody wants it any more, and nothing was sent."""
    return Outcome(DeliveryAction.STOP)


def put_back(why: str, *, not_before: datetime | None = None) -> Outcome:
    """Nothing was sent, and that is no fault of the delivery: it is claimed again, at no cost."""
    return Outcome(DeliveryAction.PUT_BACK, not_before=not_before, waiting_for=why)


def in_doubt(problem: BaseException) -> Outcome:
    """The commit was sent and what it did isn't known: it may be out."""
    said = _said(problem)
    return Outcome(
        DeliveryAction.LOSE_TRACK,
        error_class=Ambiguous.error_class,
        error=said,
        advice="Signoff looks for the post on the platform before anything is tried again.",
        costs_try=True,
        checkpoint=problem.checkpoint if isinstance(problem, Ambiguous) else None,
    )


def certain(problem: ConnectorError) -> Outcome:
    """It is certainly not out; the kind of error says whether it is tried again."""
    said: dict[str, Any] = {
        "error_class": problem.error_class,
        "error": problem.detail,
        "advice": problem.advice,
    }
    match problem:
        case Unfinished():
            return Outcome(
                DeliveryAction.PUT_BACK, not_before=problem.not_before, waiting_for=problem.detail, **said
            )
        case TryLater():
            return Outcome(
                DeliveryAction.PUT_BACK,
                not_before=problem.not_before,
                costs_try=True,
                waiting_for=problem.detail,
                **said,
            )
        case Throttled():
            return Outcome(
                DeliveryAction.PUT_BACK,
                not_before=problem.not_before,
                hold_account_until=problem.not_before,
                rests=problem.rests,
                costs_try=problem.grows,
                waiting_for=problem.detail,
                **said,
            )
        case Reconnect():
            return Outcome(DeliveryAction.FAIL, reconnect=True, **said)
        case Refused():
            return Outcome(DeliveryAction.FAIL, **said)
        case _:
            return invisible_failure(problem)


def invisible_failure(problem: BaseException) -> Outcome:
    """Something unforeseen before the commit: nothing is visible, trying again is safe."""
    return Outcome(
        DeliveryAction.PUT_BACK,
        error_class=UNEXPECTED,
        error=_said(problem),
        advice="If it happens again, look at the attempt's calls and the log.",
        costs_try=True,
        waiting_for="An unexpected error; it is tried again",
    )


def _said(problem: BaseException) -> str:
    if isinstance(problem, ConnectorError):
        return problem.detail
    if isinstance(problem, TimeoutError):
        return "The platform didn't answer in time."
    # What it says can hold a statement or a credential: that is for the log.
    return f"Something unexpected happened ({type(problem).__name__}); see the log."
