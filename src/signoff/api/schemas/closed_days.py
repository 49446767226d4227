"""Days without posts."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import ConfigDict, Field

from signoff.api.schemas.base import In, Out
from signoff.kernel.closed_days import Repeats
from signoff.kernel.ids import ChannelId
from signoff.organizations.closed_days import Closed
from signoff.organizations.closed_fields import ClosedDraft


class ClosedDaysIn(In):
    """Days on which nothing shall be published."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"first": "2099-12-25", "last": "2099-12-26", "repeats": "yearly", "reason": "Holidays"},
                {"repeats": "weekly", "weekdays": ["Sa", "Su"], "reason": "Weekend"},
            ]
        }
    )

    first: date | None = None
    """Null: from today on; for weekdays only."""
    last: date | None = None
    """Included; null: only the first, and weekdays have no end."""
    repeats: Repeats = Repeats.NEVER
    """yearly: on these days of every year from the first one on; weekly: on `weekdays`."""
    weekdays: list[str] = Field(default_factory=list, max_length=7)
    """With weekly: Mo, Tu, We, Th, Fr, Sa, Su; also spans, as Mo-Fr."""
    reason: str = Field(max_length=200)
    channel_id: UUID | None = None
    """Only there; null: on all channels of the brand."""

    @property
    def draft(self) -> ClosedDraft:
        channel = ChannelId(self.channel_id) if self.channel_id else None
        return ClosedDraft(self.first, self.reason, self.last, channel, self.repeats, self.weekdays)


class ClosedDaysOut(Out):
    """Days on which nothing is published, by the brand's calendar."""

    id: UUID
    first: date
    last: date | None
    """Included; null: weekdays without an end."""
    repeats: Repeats
    weekdays: list[str]
    """Of those that come every week."""
    reason: str
    channel_id: UUID | None
    """Null: all channels of the brand."""

    @classmethod
    def of(cls, closed: Closed) -> ClosedDaysOut:
        row = closed.row
        return cls(
            id=row.id,
            first=row.first_day,
            last=row.last_day,
            repeats=row.repeats,
            weekdays=row.weekdays,
            reason=row.reason,
            channel_id=row.channel_id,
        )
