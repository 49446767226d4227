"""What keeps publishing in order: pauses, alerts, figures, the audit."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from signoff.api.schemas.base import In, Out
from signoff.api.schemas.deliveries import DeliveryOut
from signoff.pipeline.schedule.overdue_rule import Fate
from signoff.pipeline.schedule.resume import Becoming, Resumed, Review
from signoff.records.budgets.gauges import Gauge
from signoff.records.overview.audit_trail import AuditLine
from signoff.records.overview.health import Health
from signoff.records.states import OnResume

Scope = Literal["global", "organization", "brand", "channel"]


class PauseIn(In):
    """What to hold, and why."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"scope": "organization", "reason": "Wrong prices went out"}]}
    )

    scope: Scope
    id: UUID | None = None
    """The brand or channel; null for the others."""
    reason: str = Field(min_length=1, max_length=2000)
    on_resume: OnResume = OnResume.PUBLISH
    """What becomes of what is overdue when it ends, unless another `rule` is given then: publish (one after
    the other), reschedule (to the next allowed times), ask (held until a person decides)."""


class ResumeIn(In):
    """What to let go again."""

    scope: Scope
    id: UUID | None = None
    rule: OnResume | None = None
    """For what is overdue; null: the one chosen when pausing."""


class PauseOut(Out):
    """A switch that holds deliveries."""

    id: UUID
    scope: Scope
    target_id: UUID | None
    reason: str
    on_resume: OnResume
    """What becomes of what is overdue when it ends."""
    created_by: UUID | None
    created_at: datetime


class PausedOut(Out):
    """A pause that holds from now on."""

    pause: PauseOut
    on_their_way: list[DeliveryOut]
    """What a worker already had in hand: it may still appear."""


class BecomingOut(Out):
    """An overdue delivery, and what becomes of it."""

    delivery: DeliveryOut
    fate: Fate
    """publish: it goes out; move: a new due time; hold: a person decides; paused: another pause holds it."""
    at: datetime | None
    """When it goes out; null: it doesn't, for now."""

    @classmethod
    def of(cls, one: Becoming) -> BecomingOut:
        return cls(delivery=DeliveryOut.of(one.view), fate=one.fate, at=one.at)


class ResumeReviewOut(Out):
    """What resuming would do with what is overdue. Nothing was changed."""

    pause: PauseOut
    rule: OnResume
    items: list[BecomingOut]
    more: int
    """How many others there are, not listed."""

    @classmethod
    def of(cls, review: Review) -> ResumeReviewOut:
        return cls(
            pause=PauseOut.model_validate(review.pause),
            rule=review.rule,
            items=[BecomingOut.of(one) for one in review.becoming],
            more=review.more,
        )


class ResumedOut(Out):
    """A pause that was lifted, and what became of what was overdue."""

    rule: OnResume
    released: int
    """How many go out by themselves."""
    items: list[BecomingOut]

    @classmethod
    def of(cls, resumed: Resumed) -> ResumedOut:
        items = [BecomingOut.of(one) for one in resumed.becoming]
        return cls(rule=resumed.rule, released=resumed.released, items=items)


class MeterOut(Out):
    """One budget: what is used of the limit, and what is planned on top of it within its span."""

    used: int
    planned: int
    limit: int


class BudgetOut(Out):
    """The budgets of a channel's account. Whatever else uses the account counts as well."""

    channel_id: UUID
    channel_name: str
    brand_id: UUID
    brand_name: str
    platform: str
    account_key: str
    posts_24h: MeterOut | None
    """Posts within 24 hours; null: no limit is known."""
    calls_1h: MeterOut | None
    """Calls within an hour, of a ceiling of our own; null: there is none."""
    platform_percent: int | None
    """How much of its calls is used by the platform's own count; null: it hasn't told lately."""
    waiting: str
    """What holds publishing on the account now; empty: nothing."""
    waiting_until: datetime | None

    @classmethod
    def of(cls, gauge: Gauge) -> BudgetOut:
        return cls(
            channel_id=gauge.channel.id,
            channel_name=gauge.channel.name,
            brand_id=gauge.brand.id,
            brand_name=gauge.brand.name,
            platform=gauge.channel.platform,
            account_key=gauge.channel.account_key,
            posts_24h=MeterOut.model_validate(gauge.posts) if gauge.posts else None,
            calls_1h=MeterOut.model_validate(gauge.calls) if gauge.calls else None,
            platform_percent=gauge.percent,
            waiting=gauge.rest.text if gauge.rest else "",
            waiting_until=gauge.rest.until if gauge.rest else None,
        )


class AlertOut(Out):
    """Something that a person must know."""

    id: UUID
    title: str
    cause: str
    next_step: str
    path: str
    """The page where it is dealt with."""
    delivery_id: UUID | None
    channel_id: UUID | None
    brand_id: UUID | None
    """Of an alert about a brand as a whole, or about one of its posts."""
    raised_at: datetime
    mailed_at: datetime | None
    closed_at: datetime | None


class AlarmOut(Out):
    """A trouble of the installation that keeps everybody's posts from going out."""

    title: str
    cause: str
    next_step: str
    raised_at: datetime


class PlatformHealthOut(Out):
    """How the channels on one platform do."""

    platform: str
    channels: int
    signed_out: int
    """Channels that must be connected again."""
    held: int
    """Channels whose account the platform lets rest for a while."""
    trying_again: int
    """Deliveries that a temporary failure keeps waiting."""
    is_reachable: bool
    """False: tries fail for the time being, and nothing has come through since."""


class HealthOut(Out):
    """How publishing goes."""

    success_rate_30d: float | None
    """Of what was finished in 30 days, the part that is out; null: nothing was."""
    lateness_p50_s: float | None
    """Seconds after the due time within which half of it was out."""
    backlog: int
    """Deliveries that are due and not out."""
    oldest_overdue_s: float | None
    """How long the longest of them has waited, in seconds."""
    workers_alive: int
    success_rate_24h: float | None
    """The same as over 30 days, of what was due in the last 24 hours."""
    late: int
    """Deliveries that people were told are late."""
    web_processes_alive: int
    alarms: list[AlarmOut]
    """What is wrong with the installation right now."""
    pauses: list[PauseOut]
    platforms: list[PlatformHealthOut]

    @classmethod
    def of(cls, health: Health) -> HealthOut:
        own = ("success_rate_24h", "late", "web_processes_alive", "alarms", "pauses", "platforms")
        return cls.model_validate(asdict(health.figures) | {name: getattr(health, name) for name in own})


class AuditEntryOut(Out):
    """Who did what and when. Entries are only ever added; each carries the hash of the one before it."""

    seq: int
    at: datetime
    action: str
    subject_type: str
    subject_id: UUID
    post_id: UUID | None
    actor_id: UUID | None
    who: str
    """Name or address; a former member's may have been erased."""
    via: str
    before: dict[str, Any]
    after: dict[str, Any]
    hash: str

    @classmethod
    def of(cls, line: AuditLine) -> AuditEntryOut:
        same = {name: getattr(line.entry, name) for name in cls.model_fields if name != "who"}
        return cls(who=line.who, **same)


class VerificationOut(Out):
    """Whether the audit is whole."""

    ok: bool
    entries: int
    first_bad: int | None
    """The number of the first entry that doesn't fit."""
    reason: str
