"""Tables of deliveries: where each stands, what was tried, and the proof."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Computed, FetchedValue, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from signoff.db.base import Base
from signoff.db.types import AS_TEXT, Written
from signoff.kernel.ids import (
    AttemptId,
    BrandId,
    ChannelId,
    DeliveryId,
    OrganizationId,
    PersonId,
    PostId,
    ReceiptId,
    RevisionId,
    SealId,
    new_id,
)
from signoff.records.states import (
    DeliveryState,
    PublishMode,
    Wanted,
)


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
    state: Mapped[DeliveryState] = mapped_column(
        Written(DeliveryState, **AS_TEXT), default=DeliveryState.SCHEDULED
    )
    state_since: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    publish_mode: Mapped[PublishMode] = mapped_column(
        Written(PublishMode, **AS_TEXT), default=PublishMode.AUTO
    )
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
