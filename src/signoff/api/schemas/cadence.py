"""The cadence: how often and when a brand or a channel posts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from signoff.api.schemas.base import In, Out
from signoff.organizations.rule_rows import Rules


class QuietHoursIn(In):
    """From a local time until before another; over midnight if the second is the earlier one."""

    start: str = Field(alias="from", max_length=5, examples=["22:00"])
    end: str = Field(alias="to", max_length=5, examples=["07:00"])


class CadenceIn(In):
    """All rules at once. Of a brand, what isn't given is no limit; of a channel, it follows the brand.

    Null is no limit, for a channel also where its brand has one.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "min_gap_minutes": 240,
                    "max_per_day": 2,
                    "quiet_hours": {"from": "22:00", "to": "07:00"},
                    "slots": ["Mo-Fr 09:00, 17:30"],
                }
            ]
        }
    )

    min_gap_minutes: int | None = Field(default=None, strict=True)
    """At least so long between two posts on a channel; up to 30 days."""
    max_per_day: int | None = Field(default=None, strict=True)
    """At most so many posts on a channel in a day of the brand's calendar."""
    quiet_hours: QuietHoursIn | None = None
    """When nothing is published, by the brand's clock."""
    slots: list[str] | None = Field(default=None, max_length=168)
    """Best times, from which the next free slot is chosen; by the brand's clock."""

    @property
    def given(self) -> dict[str, Any]:
        """What was said, by field."""
        return self.model_dump(by_alias=True, exclude_unset=True)


class RulesOut(Out):
    """The rules that hold."""

    min_gap_minutes: int | None
    max_per_day: int | None
    quiet_hours: dict[str, str] | None
    """from and to."""
    slots: list[str]


class CadenceOut(Out):
    """What is set for a brand or a channel, and what holds there."""

    brand_id: UUID
    channel_id: UUID | None
    time_zone: str
    """The brand's (IANA); days, quiet hours and best times go by its clock."""
    own: dict[str, Any]
    """What is set here; what a channel leaves to its brand is missing, and null is no limit."""
    in_force: RulesOut
    version: int
    """Grows with every change, and 0 before the first; the ETag."""

    @classmethod
    def of(cls, rules: Rules) -> CadenceOut:
        return cls(
            brand_id=rules.brand.id,
            channel_id=rules.channel.id if rules.channel else None,
            time_zone=rules.brand.time_zone,
            own=dict(rules.own),
            in_force=RulesOut(**rules.in_force),
            version=rules.version,
        )
