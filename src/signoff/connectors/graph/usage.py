"""The headers by which the Graph API tells how much of a budget of calls is used."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

APP_HEADER: Final = "X-App-Usage"
ACCOUNT_HEADER: Final = "X-Business-Use-Case-Usage"
_ABSURD: Final = 1e9
_SHARES: Final = ("call_count", "total_time", "total_cputime")
LONGEST_WAIT_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Usage:
    """Percentages of the budgets, None where the answer doesn't tell; it tells only after "enough" calls."""

    app_percent: float | None = None
    account_percent: float | None = None
    regained_in: timedelta | None = None
    """How long an account that is blocked has to wait; at most a day is believed."""


def read_usage(headers: Mapping[str, str]) -> Usage:
    """Read both headers; what can't be understood counts as missing."""
    accounts = list(_accounts(_parsed(headers, ACCOUNT_HEADER)))
    minutes = max((_number(one, "estimated_time_to_regain_access") for one in accounts), default=0.0)
    return Usage(
        app_percent=_highest([_parsed(headers, APP_HEADER)]),
        account_percent=_highest(accounts),
        regained_in=timedelta(minutes=min(minutes, LONGEST_WAIT_MINUTES)) if minutes > 0 else None,
    )


def _parsed(headers: Mapping[str, str], name: str) -> dict[str, Any]:
    text = headers.get(name)
    if text is None:
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _accounts(by_id: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for entries in by_id.values():
        yield from (
            (entry for entry in entries if isinstance(entry, dict)) if isinstance(entries, list) else ()
        )


def _highest(entries: list[dict[str, Any]]) -> float | None:
    return max((_number(one, name) for one in entries for name in _SHARES if name in one), default=None)


def _number(entry: Mapping[str, Any], name: str) -> float:
    value = entry.get(name)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return 0.0
    return float(value) if 0 <= value < _ABSURD else 0.0  # Python's JSON reader takes Infinity and NaN
