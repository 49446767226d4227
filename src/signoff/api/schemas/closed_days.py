"""Days without posts."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import ConfigDict, Field

from signoff.api.schemas.base import In, Out
from signoff.kernel.ids import ChannelId
from signoff.organizations.closed_days import Closed, ClosedDraft


class ClosedDaysIn(In):
    """Days on which nothing shall be published."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"first": "2099-12-25", "last": "2099-12-26", "reason": "Holidays"}]}
    )

    first: date
    last: date | None = None
    """Included; null: only the first."""
    reason: str = Field(max_length=200)
    channel_id: UUID | None = None
    """Only there; null: on all channels of the brand."""

    @property
    def draft(self) -> ClosedDraft:
        channel = ChannelId(self.channel_id) if self.channel_id else None
        return ClosedDraft(self.first, self.reason, self.last, channel)


class ClosedDaysOut(Out):
    """Days on which nothing is published, by the brand's calendar."""

    id: UUID
    first: date
    last: date
    """Included."""
    reason: str
    channel_id: UUID | None
    """Null: all channels of the brand."""

    @classmethod
    def of(cls, closed: Closed) -> ClosedDaysOut:
        row = closed.row
        return cls(
            id=row.id, first=row.first_day, last=row.last_day, reason=row.reason, channel_id=row.channel_id
        )
