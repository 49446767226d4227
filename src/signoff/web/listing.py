"""What the list of deliveries is narrowed to, as its address says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from signoff.kernel.ids import BrandId, ChannelId
from signoff.records.states import DeliveryState
from signoff.web.forms import chosen_id

_D = DeliveryState

GROUPS: Final[Mapping[str, tuple[str, Sequence[DeliveryState]]]] = {
    "queued": ("Queued", (_D.SCHEDULED,)),
    "by_hand": ("To do by hand", (_D.MANUAL_DUE, _D.MANUAL_RECOVERY_NEEDED)),
    "publishing": ("Publishing", (_D.PUBLISHING, _D.RECOVERING)),
    "unknown": ("Reconciling", (_D.UNKNOWN,)),
    "failed": ("Failed", (_D.FAILED,)),
    "published": ("Published", (_D.PUBLISHED,)),
    "ended": ("Cancelled or removed", (_D.CANCELLED, _D.RECOVERED)),
}

PERIODS: Final[Mapping[str, tuple[str, timedelta, timedelta]]] = {
    "day": ("Within a day", timedelta(days=1), timedelta(days=1)),
    "week": ("Within a week", timedelta(days=7), timedelta(days=7)),
    "past": ("Due in the last 30 days", timedelta(days=30), timedelta()),
    "ahead": ("Due in the next 30 days", timedelta(), timedelta(days=30)),
}
"""How far back and how far ahead of now."""

_SOONEST_FIRST: Final = frozenset({"queued", "by_hand"})


@dataclass(frozen=True, slots=True)
class ListWish:
    """The filters; what can't be read counts as not chosen."""

    group: str = ""
    brand: str = ""
    channel: str = ""
    period: str = ""
    cursor: str = ""

    @classmethod
    def of(
        cls, group: str = "", brand: str = "", channel: str = "", period: str = "", cursor: str = ""
    ) -> ListWish:
        return cls(group, brand, channel, period, cursor)

    @property
    def is_narrowed(self) -> bool:
        return any((self.group, self.brand, self.channel, self.period))

    @property
    def filters(self) -> dict[str, Any]:
        """Give what `list_deliveries` is to look for, but for the period."""
        brand, channel = chosen_id(self.brand), chosen_id(self.channel)
        return {
            "states": GROUPS[self.group][1] if self.group in GROUPS else (),
            "brand_id": BrandId(brand) if brand else None,
            "channel_id": ChannelId(channel) if channel else None,
            "cursor": self.cursor or None,
            "newest_first": self.group not in _SOONEST_FIRST and self.period != "ahead",
        }

    def span(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """Give the period's beginning and end; None where all times are wanted."""
        if self.period not in PERIODS:
            return None, None
        _, back, ahead = PERIODS[self.period]
        return now - back, now + ahead

    def address(self, cursor: str | None = None) -> str:
        """Give the address of this list, or of the page of it that begins at a cursor."""
        given = {
            "group": self.group,
            "brand": self.brand,
            "channel": self.channel,
            "period": self.period,
            "cursor": self.cursor if cursor is None else cursor,
        }
        asked = urlencode({name: value for name, value in given.items() if value})
        return f"/publishing/list?{asked}" if asked else "/publishing/list"
