"""Tables of the way of a post. What may follow what is in `states`; what must never be, in the migrations."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Computed, FetchedValue, ForeignKey, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from signoff.db.base import Base
from signoff.kernel.ids import (
    AlertId,
    AttemptId,
    BrandId,
    ChannelId,
    DecisionId,
    DeliveryId,
    MediaId,
    OrganizationId,
    PauseId,
    PersonId,
    PostId,
    ReceiptId,
    RevisionId,
    SealId,
    VariantId,
    new_id,
)
from signoff.records.states import (
    ContentType,
    DeliveryState,
    OnResume,
    PostState,
    PublishMode,
    Verdict,
    Wanted,
)


class Media(Base):
    """A stored picture; `digest` is the SHA-256 of its bytes and its name in the store."""

    __tablename__ = "media"

    id: Mapped[MediaId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    digest: Mapped[str]
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size_bytes: Mapped[int]
    filename: Mapped[str] = mapped_column(default="")
    alt: Mapped[str] = mapped_column(default="")
    """What a post starts with when this picture is attached; each post keeps its own."""
    source_url: Mapped[str] = mapped_column(default="")
    rendition_of: Mapped[MediaId | None] = mapped_column(ForeignKey("media.id"))
    cropped_from: Mapped[MediaId | None] = mapped_column(ForeignKey("media.id"))
    """The whole picture that this one was cut from, with the frame in `crop`."""
    crop: Mapped[dict[str, Any] | None]
    created_by: Mapped[PersonId | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Post(Base):
    """A piece of content and where it stands; its text is in its revisions."""

    __tablename__ = "posts"

    id: Mapped[PostId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    brand_id: Mapped[BrandId]
    state: Mapped[PostState] = mapped_column(default=PostState.DRAFT)
    state_since: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    content_type: Mapped[ContentType]
    revision_id: Mapped[RevisionId]
    """The current revision."""
    seal_id: Mapped[SealId | None]
    """Set exactly while the post is approved."""
    title: Mapped[str] = mapped_column(default="")
    """Of the current revision, for lists."""
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    suggested_time: Mapped[datetime | None]
    image_prompt: Mapped[str] = mapped_column(default="")
    image_ratio: Mapped[str] = mapped_column(default="")
    target_prompt: Mapped[str] = mapped_column(default="")
    archive_reason: Mapped[str] = mapped_column(default="")
    changes_requested: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    assignee_id: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    """Who looks after the review; None: nobody in particular."""
    handed_in_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    """Who sent it to review last."""
    round: Mapped[int] = mapped_column(default=0)
    """Grows with each handing in; what was approved in an earlier one doesn't count."""
    copied_from: Mapped[PostId | None]
    version: Mapped[int] = mapped_column(default=1)
    """Grows with every change of the post; the ETag."""
    search: Mapped[str] = mapped_column(TSVECTOR, default="", deferred=True)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    updated_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    deleted_at: Mapped[datetime | None]
    deleted_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))


class Revision(Base):
    """One immutable version of a post's content."""

    __tablename__ = "revisions"

    id: Mapped[RevisionId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId]
    post_id: Mapped[PostId]
    number: Mapped[int]
    title: Mapped[str] = mapped_column(default="")
    body: Mapped[str] = mapped_column(default="")
    link: Mapped[str] = mapped_column(default="")
    media: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """In order: {"media_id": text, "alt": text}."""
    channel_ids: Mapped[list[ChannelId]] = mapped_column(ARRAY(postgresql.UUID(as_uuid=True)), default=list)
    overrides: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By channel id: {"title"?, "body"?, "link"?, "media"?} where a channel differs from the source text."""
    metadata_: Mapped[dict[str, Any]] = mapped_column("metadata", default=dict)
    origin: Mapped[str] = mapped_column(default="hand")
    origin_detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Variant(Base):
    """Exactly what would be published on one channel, in canonical form."""

    __tablename__ = "variants"

    id: Mapped[VariantId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId]
    post_id: Mapped[PostId]
    revision_id: Mapped[RevisionId]
    channel_id: Mapped[ChannelId]
    canonical: Mapped[str]
    """RFC 8785 JSON: channel_id, platform, account, options, content_type, payload, media."""
    digest: Mapped[str]
    notes: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Decision(Base):
    """What a named person decided about one revision; `seen` is the fingerprint of what they were shown."""

    __tablename__ = "decisions"

    id: Mapped[DecisionId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId]
    post_id: Mapped[PostId]
    revision_id: Mapped[RevisionId]
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    verdict: Mapped[Verdict]
    seen: Mapped[str]
    comment: Mapped[str] = mapped_column(default="")
    facts_confirmed: Mapped[bool] = mapped_column(default=False)
    """They say to have checked prices, hours and names; a text by a model isn't sealed without that."""
    via: Mapped[str]
    round: Mapped[int] = mapped_column(server_default=FetchedValue())
    """The post's round in which it was made; set by the database."""
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class TakenBack(Base):
    """A decision that its person took back; it stays on record and counts no more."""

    __tablename__ = "taken_back"

    decision_id: Mapped[DecisionId] = mapped_column(ForeignKey("decisions.id"), primary_key=True)
    organization_id: Mapped[OrganizationId]
    post_id: Mapped[PostId]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Seal(Base):
    """The fingerprint of what was approved, made by the decision that completed the approval."""

    __tablename__ = "seals"

    id: Mapped[SealId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId]
    post_id: Mapped[PostId]
    revision_id: Mapped[RevisionId]
    decision_id: Mapped[DecisionId]
    verdict: Mapped[str] = mapped_column(default="approve")
    hash: Mapped[str]
    round: Mapped[int] = mapped_column(server_default=FetchedValue())
    approvals_needed: Mapped[int] = mapped_column(server_default=FetchedValue())
    """How many people had to approve, by the rule of then; set by the database, as are its neighbours."""
    four_eyes: Mapped[bool] = mapped_column(server_default=FetchedValue())
    """Nobody who had a hand in the post was counted."""
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Withdrawal(Base):
    """A seal that no longer counts; written by the database when a post leaves "approved"."""

    __tablename__ = "withdrawals"

    seal_id: Mapped[SealId] = mapped_column(primary_key=True)
    organization_id: Mapped[OrganizationId]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Delivery(Base):
    """One publication of one sealed variant to one channel at one due time."""

    __tablename__ = "deliveries"

    id: Mapped[DeliveryId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId]
    brand_id: Mapped[BrandId]
    post_id: Mapped[PostId]
    revision_id: Mapped[RevisionId]
    channel_id: Mapped[ChannelId]
    account_key: Mapped[str]
    seal_id: Mapped[SealId]
    """Never null: what nobody approved has no row that could be published."""
    occurrence: Mapped[int] = mapped_column(default=1)
    """1, or more when the post is published on the channel again on purpose."""
    state: Mapped[DeliveryState] = mapped_column(default=DeliveryState.SCHEDULED)
    state_since: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    publish_mode: Mapped[PublishMode] = mapped_column(default=PublishMode.AUTO)
    due_at: Mapped[datetime]
    """The moment people chose, UTC. A retry leaves it alone and moves `not_before`."""
    due_local: Mapped[str] = mapped_column(default="")
    """The local time as chosen, "2026-03-29T09:00", in `due_zone`; empty for "now"."""
    due_zone: Mapped[str] = mapped_column(default="UTC")
    moved_from: Mapped[datetime | None]
    """The moment that was asked for, where a rule of the cadence moved it; `moved_why` says which."""
    moved_why: Mapped[str] = mapped_column(default="")
    keeps_time: Mapped[bool] = mapped_column(default=False)
    """Somebody chose this moment although it may break a rule of the cadence."""
    not_before: Mapped[datetime | None]
    claimable_at: Mapped[datetime] = mapped_column(Computed("GREATEST(due_at, not_before)", persisted=True))
    waiting_for: Mapped[str] = mapped_column(default="")
    held_since: Mapped[datetime | None]
    """A person decides before it goes out, whatever its brand's rule says."""
    released_at: Mapped[datetime | None]
    """When it was let go although it was late; `released_by` is None where its brand's rule did that."""
    released_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    released_to: Mapped[datetime | None]
    """The moment it was let go for: lateness counts from there on."""
    turn_at: Mapped[datetime | None]
    """When its channel's cadence lets it go, because it couldn't go at its own time. Lateness counts on."""
    wanted: Mapped[Wanted | None]
    wanted_reason: Mapped[str] = mapped_column(default="")
    lease_token: Mapped[int] = mapped_column(default=0)
    """Grows with every claim and every look; a write that carries an older one changes nothing."""
    lease_until: Mapped[datetime | None]
    leased_by: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    checkpoint: Mapped[dict[str, Any]] = mapped_column(default=dict)
    has_leftovers: Mapped[bool] = mapped_column(
        Computed("state = 'cancelled' AND checkpoint <> '{}'", persisted=True), deferred=True
    )
    """It ended unpublished, and what was prepared for it is still to be removed. For the index."""
    commit_intent_at: Mapped[datetime | None]
    """The point of no return of the current attempt; cleared by the next claim."""
    first_intent_at: Mapped[datetime | None]
    intent_number: Mapped[int | None]
    looks: Mapped[int] = mapped_column(default=0)
    absences: Mapped[int] = mapped_column(default=0)
    """Settled looks in a row that found nothing; a listing needs two."""
    doubt_since: Mapped[datetime | None]
    next_look_at: Mapped[datetime | None]
    asks_person: Mapped[bool] = mapped_column(default=False)
    late_look_at: Mapped[datetime | None]
    """After a person said “not out”: when that is looked at again."""
    late_looks: Mapped[int] = mapped_column(default=0)
    receipt_id: Mapped[ReceiptId | None]
    published_at: Mapped[datetime | None]
    error_class: Mapped[str] = mapped_column(default="")
    error: Mapped[str] = mapped_column(default="")
    next_step: Mapped[str] = mapped_column(default="")
    recovery_reason: Mapped[str] = mapped_column(default="")
    recovered_at: Mapped[datetime | None]
    created_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class ReceiptRow(Base):
    """Proof that a delivery is out. A second, different one for it is an incident and is kept."""

    __tablename__ = "receipts"

    id: Mapped[ReceiptId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId]
    delivery_id: Mapped[DeliveryId] = mapped_column(ForeignKey("deliveries.id"))
    account_key: Mapped[str]
    external_id: Mapped[str]
    permalink: Mapped[str]
    is_public: Mapped[bool] = mapped_column(default=True)
    is_sandbox: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str]
    """commit, reconcile, person (whose address was looked up), or given (it couldn't be looked up)."""
    raw: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Attempt(Base):
    """One try, look or taking down, with the calls it made. In partitions by the month of `ended_at`."""

    __tablename__ = "attempts"

    id: Mapped[AttemptId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId]
    delivery_id: Mapped[DeliveryId] = mapped_column(ForeignKey("deliveries.id"))
    kind: Mapped[str]
    token: Mapped[int]
    worker: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime] = mapped_column(primary_key=True)
    phase: Mapped[str]
    """The last phase it reached: claim, check, prepare, intent, commit, receipt, look, take_down."""
    outcome: Mapped[str]
    error_class: Mapped[str] = mapped_column(default="")
    detail: Mapped[str] = mapped_column(default="")
    calls: Mapped[list[dict[str, Any]]] = mapped_column(default=list)


class Pause(Base):
    """A switch that holds deliveries: of everything, an organization, a brand or a channel."""

    __tablename__ = "pauses"

    id: Mapped[PauseId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId | None]
    scope: Mapped[str]
    target_id: Mapped[UUID | None]
    reason: Mapped[str]
    on_resume: Mapped[OnResume] = mapped_column(default=OnResume.PUBLISH)
    """What becomes of what is overdue then, unless somebody says otherwise when resuming."""
    created_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    resumed_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    resumed_at: Mapped[datetime | None]


class Alert(Base):
    """Something that a person must know: on the page until closed, and by mail."""

    __tablename__ = "alerts"

    id: Mapped[AlertId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId]
    fold_key: Mapped[str]
    """Error type and channel: at most one mail a minute for each."""
    title: Mapped[str]
    cause: Mapped[str]
    next_step: Mapped[str]
    path: Mapped[str]
    """Where on our pages it is dealt with."""
    delivery_id: Mapped[DeliveryId | None] = mapped_column(ForeignKey("deliveries.id"))
    channel_id: Mapped[ChannelId | None] = mapped_column(ForeignKey("channels.id"))
    raised_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    mailed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    """None: Signoff closed it, because what it told of is over."""
    tells_end: Mapped[bool] = mapped_column(default=False)
    """Who had the mail is told when Signoff closes it."""
    end_mailed_at: Mapped[datetime | None]
    zone: Mapped[str | None] = query_expression()
    """The time zone of the brand it is about, where a query asks for it."""


class AlertMail(Base):
    """Somebody was told of an alert by mail, or can't be reached: `refused` says why."""

    __tablename__ = "alert_mails"

    alert_id: Mapped[AlertId] = mapped_column(ForeignKey("alerts.id"), primary_key=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"), primary_key=True)
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    fold_key: Mapped[str]
    mailed_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    refused: Mapped[str] = mapped_column(default="")


class EndingMail(Base):
    """Somebody who was told of an alert was told by mail that it is over, or can't be reached any more."""

    __tablename__ = "ending_mails"

    alert_id: Mapped[AlertId] = mapped_column(ForeignKey("alerts.id"), primary_key=True)
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"), primary_key=True)
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    fold_key: Mapped[str]
    mailed_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class WorkerRow(Base):
    """A worker process, as far as its heartbeat tells."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    in_flight: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    """When it last took something up."""


class WatcherRow(Base):
    """A process that watches, which each of ours does, as far as its rounds tell."""

    __tablename__ = "watchers"

    id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    serves_pages: Mapped[bool]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    stopped_at: Mapped[datetime | None]


class Alarm(Base):
    """A trouble of the installation: one row for each kind, standing until `ended_at`."""

    __tablename__ = "alarms"

    key: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    cause: Mapped[str]
    next_step: Mapped[str]
    for_everybody: Mapped[bool]
    """It keeps everybody's posts from going out, so everybody sees it."""
    raised_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    ended_at: Mapped[datetime | None]


class PublishHour(Base):
    """One figure of publishing, of one hour; `label` is an error class or the upper end of a bucket."""

    __tablename__ = "publish_hours"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    figure: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float]


class PublishTotal(Base):
    """The same of all time."""

    __tablename__ = "publish_totals"

    figure: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[float]


class PublishCounted(Base):
    """Up to which moment attempts and receipts are in the two tables above."""

    __tablename__ = "publish_counted"

    single: Mapped[bool] = mapped_column(primary_key=True, default=True)
    upto: Mapped[datetime]


class Restore(Base):
    """A backup was restored: every delivery that was open in it is in doubt."""

    __tablename__ = "restores"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    restored_at: Mapped[datetime]
    since: Mapped[datetime]
    """When the backup was made: what was published after that isn't on record here."""
    reason: Mapped[str]
    token_floor: Mapped[int]
    """Above every token that a worker may still hold."""
