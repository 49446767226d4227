"""The headers that tell how much of the rate limit is used."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from datetime import datetime, timedelta

from signoff.sandbox.records import Fault

_WINDOW = timedelta(hours=1)
_FULL = 100


class Usage:
    """Counts the calls of the last hour, per account and together."""

    def __init__(self, hourly_calls: int) -> None:
        self._hourly_calls = hourly_calls
        self._calls: defaultdict[str, deque[datetime]] = defaultdict(deque)

    def count(self, account: str, at: datetime) -> None:
        for name in {"", account}:
            self._calls[name].append(at)

    def clear(self) -> None:
        """Forget every call."""
        self._calls.clear()

    def headers(self, account: str, kind: str, at: datetime, fault: Fault | None) -> dict[str, str]:
        """Give both headers; a fault may raise the percentage, or say how many minutes to wait."""
        name = fault.fault if fault else ""
        app, own = self._percent("", at), self._percent(account, at)
        minutes = 0
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
        calls = self._calls[name]
        while calls and calls[0] <= at - _WINDOW:
            calls.popleft()
        return min(_FULL - 1, _FULL * len(calls) // self._hourly_calls)


def _all(percent: int) -> dict[str, int]:
    return {"call_count": percent, "total_cputime": percent, "total_time": percent}
