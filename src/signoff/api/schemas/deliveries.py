"""Deliveries: what becomes of an approved post on one channel."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from signoff.api.schemas.base import Out
from signoff.kernel.ids import delivery_key
from signoff.pipeline.schedule.release import Decided
from signoff.records.deliveries.by_hand import Instructions
from signoff.records.deliveries.views import DeliveryDetail, DeliveryView, TimelineEntry
from signoff.records.models import Attempt, ReceiptRow
from signoff.records.planning.crowded import Crowded
from signoff.records.planning.full_days import Limit
from signoff.records.states import DeliveryState, PublishMode, Wanted

_SAME: Final = (
    "id post_id brand_id channel_id state state_since due_at due_local due_zone moved_from "
    "moved_why keeps_time occurrence wanted publish_mode released_at released_by asks_person published_at "
    "recovered_at error_class error next_step"
)
"""What is told as it is stored."""


class WarningOut(Out):
    """A limit that the moment of a delivery is beyond. It was scheduled all the same."""

    limit: Limit
    """max_per_day: of the channel's cadence; posts_in_24_hours: the platform takes no more."""
    planned: int
    """Others, out or planned, on that day or in the fullest 24 hours around the moment."""
    most: int
    next_free_at: datetime | None
    """The next moment that keeps every limit; null: there is none in 60 days."""
    text: str

    @classmethod
    def of(cls, crowded: Crowded) -> WarningOut:
        return cls.model_validate(crowded)


class DeliveryOut(Out):
    """One publication of one sealed variant to one channel at one due time."""

    id: UUID
    post_id: UUID
    post_title: str
    brand_id: UUID
    brand_name: str
    channel_id: UUID
    channel_name: str
    platform: str
    state: DeliveryState
    state_since: datetime
    due_at: datetime
    due_local: str
    """The local time as chosen; empty for “now”."""
    due_zone: str
    """The brand's zone (IANA)."""
    moved_from: datetime | None
    """The moment before, where the channel's cadence or a changed time zone moved it."""
    moved_why: str
    """What moved it; of one that keeps its time, which rule it breaks."""
    keeps_time: bool
    """Somebody wants it at this very time, whatever the cadence says."""
    occurrence: int
    """1, or more when the post is published on the channel again on purpose."""
    publish_mode: PublishMode
    """auto: a worker publishes it; manual: a person does, by hand."""
    held: bool
    """Later than its brand allows: it goes out only when somebody, or the brand's rule, lets it go."""
    released_at: datetime | None
    """When it was let go although it was late."""
    released_by: UUID | None
    """By whom; null with `released_at`: by the brand's rule."""
    waiting: str
    """Why it isn't carried out yet, such as a pause; empty: nothing holds it."""
    waiting_until: datetime | None
    """Until when that holds it; null: nobody knows."""
    wanted: Wanted | None
    """What is wanted of a delivery that can't be stopped any more."""
    asks_person: bool
    """Nobody but a person can say what became of it: settle it."""
    attempt_count: int
    key: str
    """By which the post is recognised on the platform."""
    permalink: str | None
    external_id: str | None
    published_at: datetime | None
    recovered_at: datetime | None
    is_sandbox: bool
    """It went, or will go, to a stand-in: nothing of it is public."""
    error_class: str
    error: str
    next_step: str
    """What a person can do about the error."""
    warnings: list[WarningOut]
    """What is full at its moment; told when it is scheduled or moved, and only then."""

    @classmethod
    def of(cls, view: DeliveryView) -> DeliveryOut:
        return cls(**_said(view))


def _said(view: DeliveryView) -> dict[str, Any]:
    row, receipt = view.delivery, view.receipt
    said: dict[str, Any] = {name: getattr(row, name) for name in _SAME.split()}
    return said | {
        "post_title": view.title,
        "brand_name": view.brand.name,
        "channel_name": view.channel.name,
        "platform": view.channel.platform,
        "waiting": view.waiting.text if view.waiting else "",
        "waiting_until": view.waiting.until if view.waiting else None,
        "held": view.is_held,
        "attempt_count": row.attempts,
        "key": delivery_key(row.id),
        "permalink": receipt.permalink if receipt else None,
        "external_id": receipt.external_id if receipt else None,
        "is_sandbox": view.went_to_sandbox,
        "warnings": [WarningOut.of(crowded) for crowded in view.crowded],
    }


class HeldDecisionOut(Out):
    """What became of one of several."""

    delivery_id: UUID
    delivery: DeliveryOut | None
    """Null: nothing was done with it, and `detail` says why."""
    goes_out_at: datetime | None
    """Its turn; null: it doesn't go out."""
    detail: str

    @classmethod
    def of(cls, one: Decided) -> HeldDecisionOut:
        row = one.view.delivery if one.view else None
        is_going = row is not None and row.state is DeliveryState.SCHEDULED
        return cls(
            delivery_id=one.delivery_id,
            delivery=DeliveryOut.of(one.view) if one.view else None,
            goes_out_at=(row.released_to or row.due_at) if row and is_going else None,
            detail=one.problem.detail if one.problem else "",
        )


class ReceiptOut(Out):
    """Proof that a delivery is out."""

    id: UUID
    external_id: str
    permalink: str
    is_public: bool
    is_sandbox: bool
    source: str
    """commit: the platform's answer; reconcile: found by a look; person: somebody gave the address, which was
    looked up; given: it couldn't be looked up."""
    raw: dict[str, Any]
    created_at: datetime


class AttemptOut(Out):
    """One try, look or taking down."""

    id: UUID
    kind: str
    worker: str
    started_at: datetime
    ended_at: datetime
    phase: str
    """The last phase it reached."""
    outcome: str
    error_class: str
    detail: str
    calls: list[dict[str, Any]]
    """The calls it made, without secrets."""


class TimelineOut(Out):
    """One event of a delivery or its post."""

    at: datetime
    action: str
    who: str
    via: str
    detail: dict[str, Any]


class SealOut(Out):
    """What was approved, by whom."""

    hash: str
    approved_by: str
    approved_at: datetime
    comment: str


class PictureOut(Out):
    """One picture, in the order of the post."""

    digest: str
    alt: str
    filename: str
    url: str
    """Signed: it opens for a while, for everybody."""


class InstructionsOut(Out):
    """What a person needs to publish it by hand: exactly what was approved."""

    texts: dict[str, str]
    """By name: title, caption, text, link, ..."""
    pictures: list[PictureOut]
    account: str
    address: str
    """Where the account is; empty: nobody knows."""

    @classmethod
    def of(cls, given: Instructions) -> InstructionsOut:
        pictures = [PictureOut.model_validate(picture) for picture in given.pictures]
        texts = {word.casefold(): text for word, text in given.texts}
        return cls(texts=texts, pictures=pictures, account=given.account, address=given.address)


class DeliveryDetailOut(DeliveryOut):
    """Everything on record about one delivery."""

    by_hand: InstructionsOut | None
    """While it is `manual_due`; then settle it with the post's address, or cancel it."""
    receipt: ReceiptOut | None
    """The one that counts."""
    receipts: list[ReceiptOut]
    """All of them; a second, different one is an incident."""
    attempts: list[AttemptOut]
    timeline: list[TimelineOut]
    seal: SealOut
    variant: dict[str, Any]
    """Exactly what was approved for this channel."""
    settles_at: datetime | None
    """For an unknown outcome: from when on “not out” counts without further proof."""

    @classmethod
    def of_detail(cls, detail: DeliveryDetail) -> DeliveryDetailOut:
        receipt = detail.view.receipt
        return cls(
            **_said(detail.view),
            by_hand=InstructionsOut.of(detail.by_hand) if detail.by_hand else None,
            receipt=ReceiptOut.model_validate(receipt) if receipt else None,
            receipts=[_receipt(row) for row in detail.receipts],
            attempts=[_attempt(row) for row in detail.attempts],
            timeline=[_event(entry) for entry in detail.timeline],
            seal=SealOut(
                hash=detail.seal.hash,
                approved_by=detail.decided_by,
                approved_at=detail.decision.created_at,
                comment=detail.decision.comment,
            ),
            variant=dict(detail.variant),
            settles_at=detail.settles_at,
        )


def _receipt(row: ReceiptRow) -> ReceiptOut:
    return ReceiptOut.model_validate(row)


def _attempt(row: Attempt) -> AttemptOut:
    return AttemptOut.model_validate(row)


def _event(entry: TimelineEntry) -> TimelineOut:
    return TimelineOut(
        at=entry.at, action=entry.action, who=entry.who, via=entry.via, detail=dict(entry.detail)
    )
