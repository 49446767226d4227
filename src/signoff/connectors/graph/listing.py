"""Reading what an account shows, newest first, as far back as a moment."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from signoff.connectors.graph.api import Answer, GraphSession
from signoff.connectors.graph.moments import read_moment

MADE_BEFORE: Final = timedelta(seconds=60)
"""How much older than the intent a post may look and still be ours: clocks differ."""
MOST_PAGES: Final = 10
PAGE_SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One post of a listing."""

    fields: Mapping[str, Any]
    is_sandbox: bool

    @property
    def id(self) -> str:
        return self.text("id")

    def text(self, name: str) -> str:
        """Give a field as text; missing is empty."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def moment(self, name: str) -> datetime:
        """Give a moment; one that can't be read is long ago."""
        return read_moment(self.text(name))


@dataclass(frozen=True, slots=True)
class Recent:
    """The posts since some moment, newest first."""

    rows: tuple[Row, ...]
    begin: datetime
    """That moment by the platform's clock, less a tolerance."""
    is_complete: bool
    """False: there are more posts than were read."""


async def recent_rows(
    session: GraphSession, edge: str, *, fields: str, time_field: str, since: datetime
) -> Recent:
    """Give the account's posts that were made `since` then by our clock.

    The platform isn't asked to filter by time: its clock may be behind ours, and what it filters out can't be
    seen. A page that is older throughout ends the reading.
    """
    found: list[Row] = []
    begin, has_more = since, True
    async for answer, rows in _pages(session, edge, fields):
        begin = _begins(since, answer, session.clock.now())
        recent = [row for row in rows if row.moment(time_field) >= begin]
        found += recent
        has_more = bool(recent and _next_cursor(answer))
        if not has_more:
            break
    return Recent(tuple(found), begin, not has_more)


async def all_rows(session: GraphSession, edge: str, *, fields: str) -> AsyncIterator[Row]:
    """Give the account's posts, newest first, up to a limit of pages."""
    async for _, rows in _pages(session, edge, fields):
        for row in rows:
            yield row


async def _pages(session: GraphSession, edge: str, fields: str) -> AsyncIterator[tuple[Answer, list[Row]]]:
    params = {"fields": fields, "limit": str(PAGE_SIZE)}
    for _ in range(MOST_PAGES):
        answer = await session.get(session.account_id, edge, **params)
        yield answer, [Row(row, answer.is_sandbox) for row in answer.rows]
        after = _next_cursor(answer)
        if not after:
            return
        params["after"] = after


def _next_cursor(answer: Answer) -> str:
    """Give the cursor of the next page. The ready-made address isn't used: it carries the token."""
    paging = answer.data.get("paging")
    if not isinstance(paging, Mapping) or "next" not in paging:
        return ""
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, Mapping) else None
    return after if isinstance(after, str) else ""


def _begins(since: datetime, answer: Answer, now: datetime) -> datetime:
    """Give the whole second, by the platform's clock, from which a post counts as made `since` then by ours.

    Where our clock is ahead, a post just made would look older than the intent: the difference is taken off.
    """
    ahead = max(now - answer.served_at, timedelta(0)) if answer.served_at else timedelta(0)
    return (since - MADE_BEFORE - ahead).replace(microsecond=0)
