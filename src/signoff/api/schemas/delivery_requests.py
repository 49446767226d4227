"""What is asked of deliveries: scheduling, deciding about held ones, settling, taking down."""

from __future__ import annotations

from typing import Any, Final, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool, model_validator

from signoff.api.schemas.base import Due, DueLater, In
from signoff.pipeline.schedule.release import MOST_AT_ONCE, Then
from signoff.records.states import PublishMode

LOCAL_TIME: Final[Any] = Field(
    default="", max_length=40, description="A local time in the brand's zone.", examples=["2026-12-01T09:00"]
)


class ScheduleIn(In):
    """When and where. Exactly one of `due_at` and `due_local`."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"due_at": "now"}, {"due_local": "2026-12-01T09:00", "again": False}]}
    )

    channels: list[UUID] | None = Field(default=None, max_length=50)
    """Among those that were approved; null: all of them."""
    due_at: Due | None = None
    """RFC 3339, “now”, or “next_slot”: the next free one of each channel's best times."""
    due_local: str = LOCAL_TIME
    keep_time: StrictBool = False
    """At that very time, also where a rule of the cadence would move it."""
    again: StrictBool = False
    """Publish once more on purpose, where it is out already."""
    publish_mode: PublishMode = PublishMode.AUTO
    """auto: a worker publishes it; manual: a person is told when it is due, and publishes it by hand."""


class RescheduleIn(In):
    """Another time. Exactly one of the two."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"due_at": "2026-12-01T09:00:00Z"}]})

    due_at: DueLater | None = None
    """RFC 3339, or “next_slot”."""
    due_local: str = LOCAL_TIME
    keep_time: StrictBool = False
    """At that very time, also where a rule of the cadence would move it."""


class HeldIn(In):
    """What becomes of several deliveries that are held because they are late."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"deliveries": ["01980c7a-7bb0-7c3e-9a7b-2f6d1c0e8a11"], "then": "publish"}]
        }
    )

    deliveries: list[UUID] = Field(min_length=1, max_length=MOST_AT_ONCE)
    then: Then
    """publish: one after the other, not at night; move: to the next allowed due times; cancel."""


class ReasonIn(In):
    """Why."""

    reason: str = Field(default="", max_length=2000)


class RecoverIn(In):
    """Taking a published delivery down."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "The price is wrong", "urgency": "high"}]}
    )

    reason: str = Field(min_length=1, max_length=2000)
    urgency: Literal["normal", "high"] = "normal"


class SettleIn(In):
    """Saying what became of a delivery whose outcome nobody knows."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"out": True, "url": "https://www.example.com/2026/opening-day/"},
                {"out": False, "then": "publish", "sure": True},
            ]
        }
    )

    out: StrictBool
    """Is it out?"""
    url: str = Field(default="", max_length=2000)
    """If it is: its address on the platform, which is looked up there."""
    then: Literal["publish", "leave"] | None = None
    """If it isn't: publish it after all, or leave it."""
    sure: StrictBool = False
    """If it isn't: say so before the platform's answer could count. If it is, of one published by hand: keep
    the address as given even if the post isn't found there."""

    @model_validator(mode="after")
    def _whole(self) -> SettleIn:
        if self.out and (not self.url or self.then):
            raise ValueError("Give the post's address on the platform as `url`, and no `then`.")
        if not self.out and self.then is None:
            raise ValueError("Say what then: “publish” or “leave”.")
        return self
