"""What can go wrong on purpose, as data, and the queue that it is taken from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final

from signoff.sandbox.records import Fault
from signoff.sandbox.state import World


class Moment(StrEnum):
    """When a fault strikes, seen from the effect of the call."""

    BEFORE = "before"
    """Nothing takes effect."""
    WITHIN = "within"
    """The call is carried out, but differently."""
    AFTER = "after"
    """It took effect, and the caller doesn't learn it."""
    LATE = "late"
    """The caller is cut off, and it takes effect afterwards."""


class Way(StrEnum):
    """What is done to the caller."""

    CLOSE = "close"
    RESET = "reset"
    HANG = "hang"
    ERROR = "error"
    GARBAGE = "garbage"
    END_TOKEN = "end_token"  # noqa: S105 - the name of an event
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One row of the table of faults."""

    moment: Moment
    way: Way
    text: str
    error: tuple[int, int] = (0, 0)
    status: int = 0
    body: str = ""


BEFORE, WITHIN, AFTER, LATE = Moment.BEFORE, Moment.WITHIN, Moment.AFTER, Moment.LATE

FAULTS: Final[Mapping[str, Behaviour]] = {
    "refuse_before": Behaviour(BEFORE, Way.CLOSE, "Connection closed, nothing done"),
    "reset_before": Behaviour(BEFORE, Way.RESET, "Connection reset, nothing done"),
    "hang_before": Behaviour(BEFORE, Way.HANG, "No answer for `seconds`, nothing done"),
    "html_502_before": Behaviour(BEFORE, Way.GARBAGE, "HTML page with status 502, nothing done", body="html"),
    "error_500_before": Behaviour(BEFORE, Way.ERROR, "HTTP 500 with code 2, nothing done", (2, 0)),
    "error_before": Behaviour(BEFORE, Way.ERROR, "Error `code`/`subcode`, nothing done", (1, 0)),
    "throttle_429": Behaviour(
        BEFORE, Way.ERROR, "HTTP 429 with code 4; `seconds` as Retry-After", (4, 0), status=429
    ),
    "app_throttle": Behaviour(BEFORE, Way.ERROR, "Code 4, application limit", (4, 0)),
    "account_throttle": Behaviour(
        BEFORE, Way.ERROR, "Code 80001 or 80002, account limit for `minutes`", (80002, 0)
    ),
    "too_fast": Behaviour(BEFORE, Way.ERROR, "Code 368/1390008, posting too fast", (368, 1390008)),
    "action_block": Behaviour(BEFORE, Way.ERROR, "Code 4/2207051, looks like spam", (4, 2207051)),
    "quota": Behaviour(BEFORE, Way.ERROR, "Code 9/2207042, publishing limit used up", (9, 2207042)),
    "checkpoint": Behaviour(
        BEFORE, Way.END_TOKEN, "The token dies: 190/459, or 190/`subcode`, from now on", (190, 459)
    ),
    "reset_after": Behaviour(AFTER, Way.RESET, "Done, then the connection is reset"),
    "close_after": Behaviour(AFTER, Way.CLOSE, "Done, then the connection is closed without an answer"),
    "hang_after": Behaviour(AFTER, Way.HANG, "Done, then no answer for `seconds`"),
    "garbage_after": Behaviour(
        AFTER, Way.GARBAGE, "Done, then a `body` that is html, empty, truncated or torn", body="html"
    ),
    "error_500_after": Behaviour(AFTER, Way.ERROR, "Done, then HTTP 500 with code 2", (2, 0)),
    "code_1_after": Behaviour(AFTER, Way.ERROR, "Done, then code 1/99", (1, 99)),
    "error_after": Behaviour(AFTER, Way.ERROR, "Done, then error `code`/`subcode`", (1, 0)),
    "lost_and_late": Behaviour(LATE, Way.RESET, "Connection reset; done `seconds` later"),
    "slow_listing": Behaviour(WITHIN, Way.NOTHING, "The listing lacks what is younger than `seconds`"),
    "container_error": Behaviour(WITHIN, Way.NOTHING, "The container ends in ERROR with `subcode`"),
    "container_slow": Behaviour(WITHIN, Way.NOTHING, "The container needs `seconds` more"),
    "at_signs_lost": Behaviour(WITHIN, Way.NOTHING, "Captions are read back without their @"),
    "high_usage": Behaviour(WITHIN, Way.NOTHING, "The usage headers say `percent`"),
}


def take(world: World, kind: str, account: str) -> Fault | None:
    """Give the oldest fault that waits for such a call, and use it up by one."""
    for fault in world.faults.values():
        if fnmatchcase(kind, fault.call) and fault.account in {"", account}:
            if fault.times == 1:
                world.faults.remove(fault.id)
            elif fault.times is not None:
                world.faults.put(fault.id, replace(fault, times=fault.times - 1))
            return fault
    return None
