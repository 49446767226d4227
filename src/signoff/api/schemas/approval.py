"""What it takes to approve a post, and how far that is."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from signoff.api.schemas.base import In, Out
from signoff.organizations.rule_rows import Rules
from signoff.records.posts.standing import Standing


class ChannelApprovalIn(In):
    """What a channel asks for in place of its brand. What isn't given, or null, follows the brand."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"approvals": 2}]})

    approvals: int | None = Field(default=None, strict=True)
    """How many different people must approve, 1 to 5."""
    four_eyes: bool | None = None
    """No one approves their own post: whoever wrote any part of it, or handed it in, doesn't count."""


class BrandApprovalIn(ChannelApprovalIn):
    """All rules of a brand at once. What isn't given, or null, is the default: one approval, by anybody."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"approvals": 2, "four_eyes": True, "least_score": 70, "stale_after_hours": 24}]
        }
    )

    least_score: int | None = Field(default=None, strict=True)
    """A post with less isn't handed in; null: any score will do."""
    stale_after_hours: int | None = Field(default=None, strict=True)
    """When people are told that a post waits too long for a decision; null: after 4 hours."""


class ApprovalRulesOut(Out):
    """The rules that hold."""

    approvals: int
    four_eyes: bool
    least_score: int | None
    stale_after_hours: int


class ApprovalOut(Out):
    """What is set for a brand or a channel, and what holds there."""

    brand_id: UUID
    channel_id: UUID | None
    own: dict[str, Any]
    """What is set here."""
    in_force: ApprovalRulesOut
    """A post for several channels needs the most approvals of any, and four eyes if any asks for them."""
    version: int
    """Grows with every change, and 0 before the first; the ETag."""

    @classmethod
    def of(cls, rules: Rules) -> ApprovalOut:
        return cls(
            brand_id=rules.brand.id,
            channel_id=rules.channel.id if rules.channel else None,
            own=dict(rules.own),
            in_force=ApprovalRulesOut(**rules.in_force),
            version=rules.version,
        )


class ApproverOut(Out):
    """Somebody whose approval counts."""

    person: str
    decision_id: UUID
    at: datetime


class StandingOut(Out):
    """How far the approval of the present version is."""

    needed: int
    """So many different people must approve it."""
    missing: int
    four_eyes: bool
    approved_by: list[ApproverOut]
    """The first one first."""

    @classmethod
    def of(cls, standing: Standing) -> StandingOut:
        return cls(
            needed=standing.needed,
            missing=standing.missing,
            four_eyes=standing.four_eyes,
            approved_by=[
                ApproverOut(person=name, decision_id=decision.id, at=decision.created_at)
                for decision, name in standing.approvals
            ],
        )
