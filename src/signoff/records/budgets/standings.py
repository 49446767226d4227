"""Where the budgets of accounts stand: what was used, what is on its way, and what there is room for.

Everything is counted from records, for all organizations together: a platform knows no organizations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.connectors.budgets import NO_BUDGET, Budget
from signoff.records.budgets.usage import SLOWED_FROM

CALLS_FOR_POSTS: Final = 0.75
"""The share of an hour's calls that publishing may use; the rest is kept for looking and taking down."""

ENDLESS: Final = 1_000_000
"""Room where no budget is known."""

DAY: Final = timedelta(hours=24)
CALLS_COUNT_FOR: Final = timedelta(minutes=65)
"""An hour, and the five minutes that are counted together."""
TOLD_COUNTS_FOR: Final = timedelta(hours=1)
"""What a platform told is asked for again after this."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The budgets of one account, or of an application, at this moment."""

    key: str
    budget: Budget
    calls: int = 0
    """Made in the last hour."""
    published: int = 0
    """Posts of the last 24 hours that we made."""
    publishing: int = 0
    """Claimed now."""
    in_doubt: int = 0
    """They may be out."""
    posts_told: int | None = None
    """Posts of the last 24 hours by the platform's count, if it told lately."""
    posts_told_at: datetime | None = None
    ours_then: int = 0
    """How many of those were ours."""
    posts_limit: int | None = None
    percent: int | None = None
    """How much of the calls is used by the platform's count, if it told lately."""

    @property
    def posts_used(self) -> int:
        """Ours, and those that others made: the platform counts both."""
        return self.published + self.in_doubt + self.elsewhere

    @property
    def elsewhere(self) -> int:
        """Posts that others made, as far as the platform told of them."""
        return max(0, (self.posts_told or 0) - self.ours_then)

    @property
    def is_slowed(self) -> bool:
        return self.percent is not None and self.percent >= SLOWED_FROM

    @property
    def calls_for_posts(self) -> int | None:
        """How many calls of an hour publishing may use."""
        ceiling = self.budget.calls_per_hour
        return int(ceiling * CALLS_FOR_POSTS) if ceiling is not None else None

    @property
    def posts_room(self) -> int:
        return ENDLESS if self.posts_limit is None else self.posts_limit - self.posts_used

    @property
    def calls_room(self) -> int:
        """For how many more posts there are calls."""
        most = self.calls_for_posts
        return ENDLESS if most is None else (most - self.calls) // self.budget.calls_per_post

    @property
    def room(self) -> int:
        """How many more posts may be begun now; those on their way have their place already."""
        room = min(self.posts_room, self.calls_room) - self.publishing
        return max(0, min(room, 1 - self.publishing) if self.is_slowed else room)


_STANDINGS: Final = text("""
SELECT k.key,
    CASE WHEN a.posts_told_at > signoff_now() - CAST(:told_for AS interval) THEN a.posts_told END
        AS posts_told,
    a.posts_told_at, a.posts_limit,
    CASE WHEN a.percent_at > signoff_now() - CAST(:told_for AS interval) THEN a.percent END AS percent,
    (SELECT coalesce(sum(n.calls), 0) FROM call_counts n
      WHERE n.account_key = k.key AND n.began_at > signoff_now() - CAST(:calls_for AS interval)) AS calls,
    (SELECT count(*) FROM deliveries d
      WHERE d.account_key = k.key AND d.published_at > signoff_now() - CAST(:day AS interval)) AS published,
    (SELECT count(*) FROM deliveries d WHERE d.account_key = k.key AND d.published_at <= a.posts_told_at
        AND d.published_at > a.posts_told_at - CAST(:day AS interval)) AS ours_then,
    f.publishing, f.in_doubt
FROM unnest(CAST(:keys AS text[])) AS k(key)
LEFT JOIN accounts a ON a.key = k.key
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE d.state = 'publishing') AS publishing,
           count(*) FILTER (WHERE d.commit_intent_at > signoff_now() - CAST(:day AS interval)
                            AND d.state = 'unknown') AS in_doubt
    FROM channels c JOIN deliveries d ON d.channel_id = c.id AND d.state IN ('publishing', 'unknown')
    WHERE c.account_key = k.key OR (c.app_key = k.key AND c.app_key <> '')
) f
""")


async def standings_of(
    tx: AsyncSession, budgets: Mapping[str, Budget], keys: Sequence[str]
) -> list[Standing]:
    """Tell where accounts and applications stand; `tx` must see all organizations.

    `budgets` are those of the connectors, by platform: an account's key begins with its own.
    """
    spans = {"told_for": TOLD_COUNTS_FOR, "calls_for": CALLS_COUNT_FOR, "day": DAY}
    rows = (await tx.execute(_STANDINGS, {"keys": list(keys), **spans})).mappings()
    found = []
    for row in rows:
        budget = budget_of(budgets, row["key"])
        said = {**row, "posts_limit": row["posts_limit"] or budget.posts_per_day, "calls": int(row["calls"])}
        found.append(Standing(budget=budget, **said))
    return found


def budget_of(budgets: Mapping[str, Budget], key: str) -> Budget:
    """Give what the connector says about accounts like this one; an application has no figures of its own."""
    return budgets.get(key.partition(":")[0], NO_BUDGET)


@dataclass(frozen=True, slots=True)
class Full:
    """A budget that is used up: which one, and from when there is room again."""

    words: str
    free_from: datetime


async def what_is_full(tx: AsyncSession, standing: Standing, now: datetime) -> Full | None:
    """Tell which budget an account waits for; None: only for what is on its way at this moment."""
    found = []
    if standing.posts_limit is not None and standing.posts_room <= 0:
        words = f"{standing.posts_used} of {standing.posts_limit} posts in 24 hours"
        found.append(Full(words, await _posts_free_from(tx, standing, now)))
    if standing.calls_room <= 0:
        words = f"{standing.calls} of {standing.budget.calls_per_hour} calls in an hour"
        found.append(Full(words, await _calls_free_from(tx, standing, now)))
    return max(found, key=lambda full: full.free_from, default=None)


_NTH_POST: Final = text("""
SELECT published_at FROM deliveries
WHERE account_key = :key AND published_at > signoff_now() - CAST(:day AS interval)
ORDER BY published_at OFFSET :leave LIMIT 1
""")


async def _posts_free_from(tx: AsyncSession, standing: Standing, now: datetime) -> datetime:
    """When enough of our posts are a day old; posts made elsewhere are asked for again after an hour."""
    leave = -standing.posts_room
    oldest = await tx.scalar(_NTH_POST, {"key": standing.key, "day": DAY, "leave": leave})
    asked_again = (
        [standing.posts_told_at + TOLD_COUNTS_FOR] if standing.posts_told_at and standing.elsewhere else []
    )
    moments = [*([oldest + DAY] if oldest else []), *asked_again]
    return max(min(moments, default=now + TOLD_COUNTS_FOR), now)


_COUNTS: Final = text("""
SELECT began_at, calls FROM call_counts
WHERE account_key = :key AND began_at > signoff_now() - CAST(:calls_for AS interval) ORDER BY began_at
""")


async def _calls_free_from(tx: AsyncSession, standing: Standing, now: datetime) -> datetime:
    too_many = standing.calls + standing.budget.calls_per_post - (standing.calls_for_posts or 0)
    rows = await tx.execute(_COUNTS, {"key": standing.key, "calls_for": CALLS_COUNT_FOR})
    for row in rows:
        too_many -= row.calls
        if too_many <= 0:
            free_from: datetime = row.began_at + CALLS_COUNT_FOR
            return max(free_from, now)
    return now + CALLS_COUNT_FOR  # a ceiling below what one post takes
