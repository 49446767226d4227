"""The usual headers of a rate limit: `X-RateLimit-*`, or `RateLimit-*` without the X."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from signoff.connectors.budgets import Told
from signoff.connectors.calls import LONGEST_WAIT

_PREFIXES: Final = ("X-RateLimit-", "RateLimit-")
_IS_A_MOMENT: Final = 1_000_000_000
"""A reset above this is a moment in Unix time, one below it counts seconds from now."""


def read_rate_headers(headers: Mapping[str, str], now: datetime) -> Told:
    """Tell how much of a limit is used; what is missing or makes no sense tells nothing.

    The reset comes as Unix time (X, Bluesky), as seconds (drafts of the IETF) or as ISO 8601 (Mastodon).
    """
    for prefix in _PREFIXES:
        limit, left = _count(headers.get(prefix + "Limit")), _count(headers.get(prefix + "Remaining"))
        if limit and left is not None and left <= limit:
            resets_in = _until(headers.get(prefix + "Reset", ""), now) if left == 0 else None
            return Told(account_percent=100 * (limit - left) / limit, regained_in=resets_in)
    return Told()


def _count(text: str | None) -> int | None:
    # Some servers add the policy after the number: "100;w=60".
    digits = (text or "").partition(";")[0].partition(",")[0].strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < len(str(2**31)) else None


def _until(text: str, now: datetime) -> timedelta | None:
    wait = _seconds(text.strip(), now)
    return min(wait, LONGEST_WAIT) if wait is not None and wait > timedelta(0) else None


def _seconds(text: str, now: datetime) -> timedelta | None:
    try:
        number = float(text)
    except ValueError:
        return _until_iso(text, now)
    if not 0 <= number < 10 * _IS_A_MOMENT:
        return None
    return timedelta(seconds=number - now.timestamp() if number > _IS_A_MOMENT else number)


def _until_iso(text: str, now: datetime) -> timedelta | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
