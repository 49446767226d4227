"""Listings: filtered by time, in pages, newest first."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.errors import invalid

Item = TypeVar("Item")
USUAL_PAGE = 25
LARGEST_PAGE = 100


def graph_time(moment: datetime | None) -> str | None:
    """Write a moment as the platform does."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0000") if moment else None


def listed(call: Call, items: Sequence[Item], moment: Callable[[Item], datetime]) -> list[Item]:
    """Give what is listed already, between `since` and `until`, newest first.

    A slow listing is a fault of the call: what is younger than its `seconds` isn't shown yet.
    """
    newest = call.at
    if call.fault and call.fault.fault == "slow_listing":
        newest -= timedelta(seconds=call.fault.seconds(60))
    since = moment_of(call, "since", datetime.min.replace(tzinfo=UTC))
    until = min(newest, moment_of(call, "until", newest))
    shown = [item for item in items if since <= moment(item).replace(microsecond=0) and moment(item) <= until]
    return sorted(shown, key=moment, reverse=True)


def paged(call: Call, items: Sequence[tuple[str, dict[str, Any]]], path: str) -> dict[str, Any]:
    """Give one page of (id, fields) with cursors, and the address of the next, which carries the token."""
    limit = max(1, min(call.number("limit", USUAL_PAGE), LARGEST_PAGE))
    ids = [id for id, _ in items]
    after = _read_cursor(call.text("after"))
    start = ids.index(after) + 1 if after in ids else 0
    page = items[start : start + limit]
    if not page:
        return {"data": []}
    cursors = {"before": _cursor(page[0][0]), "after": _cursor(page[-1][0])}
    paging: dict[str, Any] = {"cursors": cursors}
    if start + limit < len(items):
        further = dict(call.params) | {
            "access_token": call.token,
            "limit": str(limit),
            "after": cursors["after"],
        }
        paging["next"] = f"{call.url(path)}?{urlencode(further)}"
    return {"data": [fields for _, fields in page], "paging": paging}


def moment_of(call: Call, name: str, default: datetime) -> datetime:
    """Read unix seconds or an ISO time."""
    text = call.text(name)
    if not text:
        return default
    try:
        if text.isdecimal():
            return datetime.fromtimestamp(int(text), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise invalid(f"param {name} must be a valid time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _cursor(id: str) -> str:
    return base64.urlsafe_b64encode(id.encode()).decode()


def _read_cursor(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text).decode()
    except ValueError:
        return ""
