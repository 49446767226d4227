"""What each fault of the sandbox means to a connector, by the phase it strikes in."""

from __future__ import annotations

from typing import Any, Final

import pytest

from signoff.connectors.base import CannotTell
from signoff.connectors.errors import Ambiguous, ConnectorError, Reconnect, Throttled, TryLater
from tests.connectors.graph.world import Carrier

FaultTable = dict[str, tuple[dict[str, Any], type[ConnectorError], type[ConnectorError]]]

CALL_FAULTS: Final[FaultTable] = {
    # name: (options, before the commit, at the commit)
    "refuse_before": ({}, TryLater, Ambiguous),
    "reset_before": ({}, TryLater, Ambiguous),
    "hang_before": ({}, TryLater, Ambiguous),
    "html_502_before": ({}, TryLater, Ambiguous),
    "error_500_before": ({}, TryLater, Ambiguous),
    "error_before": ({}, TryLater, Ambiguous),
    "throttle_429": ({}, Throttled, Throttled),
    "app_throttle": ({}, Throttled, Throttled),
    "account_throttle": ({"minutes": 5}, Throttled, Throttled),
    "too_fast": ({}, Throttled, Throttled),
    "action_block": ({}, Reconnect, Reconnect),
    "quota": ({}, Throttled, Throttled),
    "checkpoint": ({}, Reconnect, Reconnect),
    "reset_after": ({}, TryLater, Ambiguous),
    "close_after": ({}, TryLater, Ambiguous),
    "hang_after": ({}, TryLater, Ambiguous),
    "error_500_after": ({}, TryLater, Ambiguous),
    "code_1_after": ({}, TryLater, Ambiguous),
    "error_after": ({"code": 20, "subcode": 1772107}, TryLater, Ambiguous),
    "lost_and_late": ({"seconds": 3600}, TryLater, Ambiguous),
    "garbage_after": ({"body": "html"}, TryLater, Ambiguous),
}
GARBAGE: Final = ("html", "empty", "truncated", "torn")
WITHIN: Final = {"slow_listing", "container_error", "container_slow", "high_usage", "at_signs_lost"}
"""Faults that change what a call does rather than how it answers; they have tests of their own."""


BROKEN: Final = {"refuse_before", "reset_before", "reset_after", "close_after", "lost_and_late"}
"""The HTTP client reads again by itself when a connection breaks, so a read has to meet these twice."""


def times_for_a_read(fault: str) -> int:
    return 2 if fault in BROKEN else 1


def cases() -> list[tuple[str, dict[str, Any], type[ConnectorError], type[ConnectorError]]]:
    """Give every fault, and every kind of garbage."""
    named = [(name, *row) for name, row in CALL_FAULTS.items() if name != "garbage_after"]
    return named + [("garbage_after", {"body": body}, TryLater, Ambiguous) for body in GARBAGE]


async def assert_nothing_is_concluded(carrier: Carrier, fails_with: type[ConnectorError]) -> None:
    """Look while a fault strikes: one that asks to wait was no look at all, after any other it can't tell."""
    if fails_with is Throttled:
        with pytest.raises(Throttled):
            await carrier.look()
        assert not carrier.findings
        return
    finding = await carrier.look()
    assert isinstance(finding, CannotTell)
    assert not finding.is_final
