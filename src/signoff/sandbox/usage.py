"""How many calls were made within the last hour, and what the headers tell of it."""

from __future__ import annotations

import json
import math
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from signoff.sandbox.records import Fault

APPLICATION: Final = ""
"""Stands for all accounts together."""
_WINDOW = timedelta(hours=1)
_FULL = 100


class Usage:
    """Counts the calls of the last hour, per account and together; those that were refused count, too.

    `limit_of` gives the calls that an account, or the application, may make within an hour; None: nothing is
    refused, and the percentages refer to `hourly_calls`.
    """

    def __init__(self, hourly_calls: int, limit_of: Callable[[str], int | None]) -> None:
        self._hourly_calls = hourly_calls
        self._limit_of = limit_of
        self._calls: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def count(self, account: str, at: datetime) -> None:
        for name in {APPLICATION, account}:
            self._calls[name].append(at)

    def clear(self) -> None:
        """Forget every call."""
        self._calls.clear()

    def is_used_up(self, name: str, at: datetime) -> bool:
        """Tell whether one more call of this account, or of the application, is beyond its limit."""
        limit = self._limit_of(name)
        return limit is not None and len(self._recent(name, at)) >= limit

    def headers(self, account: str, kind: str, at: datetime, fault: Fault | None) -> dict[str, str]:
        """Give both headers; a fault may raise the percentage, or say how many minutes to wait."""
        name = fault.fault if fault else ""
        app, own = self._percent(APPLICATION, at), self._percent(account, at)
        minutes = self._minutes_to_wait(account, at) if account else 0
        if fault and name == "high_usage":
            app = own = fault.number("percent", 80)
        elif name in {"app_throttle", "throttle_429"}:
            app = _FULL
        elif fault and name == "account_throttle":
            own, minutes = _FULL, fault.number("minutes", 5)
        business = {
            "type": "instagram" if kind.startswith("instagram") else "pages",
            **_all(own),
            "estimated_time_to_regain_access": minutes,
        }
        found = {"X-App-Usage": json.dumps(_all(app))}
        return found | {"X-Business-Use-Case-Usage": json.dumps({account: [business]})} if account else found

    def _percent(self, name: str, at: datetime) -> int:
        made, limit = len(self._recent(name, at)), self._limit_of(name)
        if limit is None:
            return min(_FULL - 1, _FULL * made // self._hourly_calls)
        return min(_FULL, _FULL * made // max(1, limit))

    def _minutes_to_wait(self, name: str, at: datetime) -> int:
        """Give the whole minutes after which a call is answered again."""
        if not self.is_used_up(name, at):
            return 0
        calls, limit = self._recent(name, at), self._limit_of(name) or 0
        free_from = calls[len(calls) - limit] + _WINDOW if limit else at + _WINDOW
        return math.ceil((free_from - at) / timedelta(minutes=1))

    def _recent(self, name: str, at: datetime) -> deque[datetime]:
        calls = self._calls[name]
        while calls and calls[0] <= at - _WINDOW:
            calls.popleft()
        return calls


def _all(percent: int) -> dict[str, int]:
    return {"call_count": percent, "total_cputime": percent, "total_time": percent}
