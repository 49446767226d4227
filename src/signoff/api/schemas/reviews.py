"""Previews and decisions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from signoff.api.schemas.base import In, Out
from signoff.api.schemas.deliveries import DeliveryOut
from signoff.api.schemas.delivery_requests import ScheduleIn
from signoff.api.schemas.posts import DecisionOut, PostOut
from signoff.kernel.people import Actor
from signoff.pipeline.review.decide import Decided
from signoff.records.posts.previews import Preview, VariantPreview
from signoff.records.states import Verdict


class DecisionIn(In):
    """A decision about exactly what was seen."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "verdict": "approve",
                    "seen": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    "schedule": {"due_at": "now"},
                }
            ]
        }
    )

    verdict: Verdict
    seen: str = Field(pattern="^[0-9a-f]{64}$")
    """`seen` of the preview that was looked at."""
    comment: str = Field(default="", max_length=5000)
    """Needed for everything but an approval."""
    schedule: ScheduleIn | None = None
    """With an approval: schedule it in the same step."""
    facts_confirmed: bool = False
    """You checked prices, hours and names. What a language model wrote (`origin`) isn't approved without."""


class DecidedOut(Out):
    """What a decision did."""

    decision: DecisionOut
    post: PostOut
    seal: str | None
    """The fingerprint of what was approved; null for the other verdicts, and until enough approved."""
    deliveries: list[DeliveryOut]
    """Made by `schedule`."""
    on_their_way: list[DeliveryOut]
    """Of a withdrawn approval: what can't be stopped any more."""

    @classmethod
    def of(cls, decided: Decided, by: Actor) -> DecidedOut:
        return cls(
            decision=DecisionOut.of(decided.decision, by.name),
            post=PostOut.of(decided.post),
            seal=decided.seal.hash if decided.seal else None,
            deliveries=[DeliveryOut.of(view) for view in decided.deliveries],
            on_their_way=[DeliveryOut.of(view) for view in decided.on_their_way],
        )


class MeasureOut(Out):
    """One limit of a platform: what there is, what is allowed."""

    name: str
    label: str
    value: str
    limit: str
    over_by: int
    """What must go; 0: it fits."""


class ObjectionOut(Out):
    """Why the post can't be submitted."""

    field: str
    message: str


class PictureOut(Out):
    """A picture as it would be sent."""

    digest: str
    media_type: str
    width: int
    height: int
    size_bytes: int
    alt: str


class VariantOut(Out):
    """What would be sent to one channel."""

    channel_id: UUID
    channel_name: str
    platform: str
    platform_label: str
    payload: dict[str, Any]
    """What is sealed and sent; `text` is always among it."""
    pictures: list[PictureOut]
    measures: list[MeasureOut]
    objections: list[ObjectionOut]
    notes: list[str]
    """What was cut or left out to fit."""

    @classmethod
    def of(cls, shown: VariantPreview) -> VariantOut:
        return cls(
            channel_id=shown.channel.id,
            channel_name=shown.channel.name,
            platform=shown.channel.platform,
            platform_label=shown.label,
            payload=dict(shown.payload),
            pictures=[PictureOut.model_validate(picture) for picture in shown.pictures],
            measures=[MeasureOut.model_validate(measure) for measure in shown.measures],
            objections=[ObjectionOut.model_validate(objection) for objection in shown.objections],
            notes=list(shown.notes),
        )


class PreviewOut(Out):
    """All variants of a post, exactly as they would be sent."""

    variants: list[VariantOut]
    objections: list[ObjectionOut]
    """Of all channels and of the post as a whole."""
    can_submit: bool
    seen: str
    """The fingerprint of all this; a decision sends it back."""

    @classmethod
    def of(cls, preview: Preview) -> PreviewOut:
        return cls(
            variants=[VariantOut.of(variant) for variant in preview.variants],
            objections=[ObjectionOut.model_validate(objection) for objection in preview.objections],
            can_submit=preview.can_submit,
            seen=preview.seen,
        )
