"""What accounts have used of their budgets: calls counted by the work that made them, what platforms told.

Everything is in the database, so that all workers share it and a restart forgets nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.connectors.budgets import Told, listening, newest
from signoff.http.calls import Call, recording
from signoff.kernel.ids import ChannelId
from signoff.runtime import Runtime

SLOWED_FROM: Final = 75
"""Percent of what a platform allows, from which on posts of an account go out one at a time."""

PAUSES: Final = (
    (SLOWED_FROM, timedelta(minutes=1)),
    (85.0, timedelta(minutes=5)),
    (95.0, timedelta(minutes=15)),
    (100.0, timedelta(hours=1)),
)
"""How long an account waits before its next post, from that percentage on."""

TOLD_AGAIN_AFTER: Final = timedelta(minutes=1)
"""A count of posts that doesn't change anything isn't written more often."""


@dataclass(frozen=True, slots=True)
class Overheard:
    """The calls of a piece of work, and what their answers told."""

    calls: Sequence[Call]
    told: Sequence[Told]


@contextmanager
def overhearing() -> Iterator[Overheard]:
    """Note both inside the block."""
    with recording() as calls, listening() as told:
        yield Overheard(calls, told)


@dataclass(frozen=True, slots=True)
class Use:
    """What one piece of work used of an account."""

    account_key: str
    channel_id: ChannelId
    calls: int
    told: Told

    @classmethod
    def of(cls, account_key: str, channel_id: ChannelId, heard: Overheard) -> Use:
        """Count what was sent; a call that never left is none for the platform."""
        sent = sum(call.outcome != "not_sent" for call in heard.calls)
        return cls(account_key, channel_id, sent, newest(heard.told))


def pause_for(percent: float | None, regained_in: timedelta | None = None) -> timedelta | None:
    """Tell how long to wait before the next post when so much is used; None: no wait."""
    longest = max((pause for least, pause in PAUSES if (percent or 0.0) >= least), default=None)
    if regained_in is None:
        return longest
    return max(regained_in, longest or regained_in)


# Rows of both tables are locked in the order of their keys, so that groups of uses can't deadlock. A row of
# `accounts` is touched only where that changes something.
_COUNT: Final = text("""
WITH used AS (
    SELECT u.key, u.calls, u.posts_used, u.posts_limit, coalesce(c.app_key, '') AS app_key,
           greatest(u.percent, CASE WHEN coalesce(c.app_key, '') = '' THEN u.app_percent END) AS percent,
           greatest(u.pause, CASE WHEN coalesce(c.app_key, '') = '' THEN u.app_pause END) AS pause,
           u.app_percent, u.app_pause
    FROM unnest(CAST(:keys AS text[]), CAST(:channels AS uuid[]), CAST(:calls AS integer[]),
                CAST(:percents AS integer[]), CAST(:pauses AS interval[]), CAST(:app_percents AS integer[]),
                CAST(:app_pauses AS interval[]), CAST(:used AS integer[]), CAST(:limits AS integer[]))
         AS u(key, channel_id, calls, percent, pause, app_percent, app_pause, posts_used, posts_limit)
    LEFT JOIN channels c ON c.id = u.channel_id
), counted AS (
    INSERT INTO call_counts AS c (account_key, began_at, calls)
    SELECT key, date_bin('5 minutes', signoff_now(), TIMESTAMPTZ '2000-01-01 00:00+00'), sum(calls)
    FROM used WHERE calls > 0 GROUP BY key ORDER BY key
    ON CONFLICT (account_key, began_at) DO UPDATE SET calls = c.calls + excluded.calls
), told AS (
    SELECT key, max(percent) AS percent, max(pause) AS pause, max(posts_used) AS posts_used,
           max(posts_limit) AS posts_limit
    FROM (SELECT key, percent, pause, posts_used, posts_limit FROM used
          UNION ALL
          SELECT app_key, app_percent, app_pause, NULL, NULL FROM used WHERE app_key <> '') each_key
    GROUP BY key
), news AS (
    SELECT a.key, t.percent, t.pause, t.posts_used, t.posts_limit
    FROM accounts a JOIN told t ON t.key = a.key
    WHERE (t.percent IS NOT NULL AND greatest(t.percent, a.percent) >= :slowed_from)
       OR t.pause IS NOT NULL
       OR (t.posts_limit IS NOT NULL AND (a.posts_limit IS DISTINCT FROM t.posts_limit
           OR a.posts_told_at IS NULL OR a.posts_told_at < signoff_now() - CAST(:told_again AS interval)
           OR t.posts_used >= t.posts_limit))
    ORDER BY a.key
    FOR NO KEY UPDATE OF a
)
UPDATE accounts a
SET percent = coalesce(n.percent, a.percent),
    percent_at = CASE WHEN n.percent IS NULL THEN a.percent_at ELSE signoff_now() END,
    posts_limit = coalesce(n.posts_limit, a.posts_limit),
    posts_told = coalesce(n.posts_used, a.posts_told),
    posts_told_at = CASE WHEN n.posts_used IS NULL THEN a.posts_told_at ELSE signoff_now() END,
    free_from = greatest(a.free_from, signoff_now() + n.pause),
    waits_for = CASE WHEN n.pause IS NULL THEN a.waits_for
                     ELSE n.percent || ' % of what the platform allows are used' END
FROM news n
WHERE a.key = n.key
""")


@asynccontextmanager
async def counted(runtime: Runtime, account_key: str, channel_id: ChannelId) -> AsyncIterator[None]:
    """Count the calls that are made inside the block, also when it fails.

    For what is no attempt. As a worker: an account may be used by several organizations.
    """
    with overhearing() as heard:
        try:
            yield
        finally:
            async with runtime.worker_transaction() as tx:
                await count_uses(tx, [Use.of(account_key, channel_id, heard)])


async def count_uses(tx: AsyncSession, uses: Iterable[Use]) -> None:
    """Write what several pieces of work used, in one statement."""
    found = [use for use in uses if use.calls or use.told != Told()]
    if found:
        await tx.execute(_COUNT, _columns(found))


def _columns(uses: Sequence[Use]) -> dict[str, Any]:
    told = [use.told for use in uses]
    return {
        "keys": [use.account_key for use in uses],
        "channels": [use.channel_id for use in uses],
        "calls": [use.calls for use in uses],
        "percents": [_whole(each.account_percent) for each in told],
        "pauses": [pause_for(each.account_percent, each.regained_in) for each in told],
        "app_percents": [_whole(each.app_percent) for each in told],
        "app_pauses": [pause_for(each.app_percent) for each in told],
        "used": [each.posts_used for each in told],
        "limits": [each.posts_limit for each in told],
        "slowed_from": SLOWED_FROM,
        "told_again": TOLD_AGAIN_AFTER,
    }


def _whole(percent: float | None) -> int | None:
    return None if percent is None else round(percent)
