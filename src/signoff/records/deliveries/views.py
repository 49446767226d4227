"""What doors show: rows joined with the names people know them by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from signoff.records.deliveries.by_hand import Instructions
from signoff.records.deliveries.waiting import Waiting
from signoff.records.models import Attempt, Decision, Delivery, Post, ReceiptRow, Revision, Seal
from signoff.records.planning.crowded import Crowded
from signoff.records.posts.standing import Standing
from signoff.records.tenants import Brand, Channel


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """A delivery with what is needed to show it in a list."""

    delivery: Delivery
    title: str
    brand: Brand
    channel: Channel
    receipt: ReceiptRow | None
    waiting: Waiting | None = None
    """Why a due delivery isn't claimed: paused, account resting, disconnected; None: nothing holds it."""

    is_held: bool = False
    """Later than its brand allows, and nobody let it go."""
    crowded: Sequence[Crowded] = ()
    """What is full at its moment; looked up when somebody gives it that moment, and only then."""

    @property
    def went_to_sandbox(self) -> bool:
        return self.receipt.is_sandbox if self.receipt else self.channel.is_sandbox


@dataclass(frozen=True, slots=True)
class PostView:
    """A post with its current revision and what became of it."""

    post: Post
    revision: Revision
    brand: Brand
    author_name: str = ""
    channels: Sequence[Channel] = ()
    deliveries: Sequence[DeliveryView] = ()
    decisions: Sequence[tuple[Decision, str]] = ()
    """Newest first, with the name of who decided."""
    seal: Seal | None = None
    standing: Standing | None = None
    """How far its approval is, or had to be; None: it isn't in review, and one person was enough."""


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event of a delivery or a post, for people."""

    at: datetime
    action: str
    who: str
    via: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeliveryDetail:
    """Everything on record about one delivery."""

    view: DeliveryView
    attempts: Sequence[Attempt]
    receipts: Sequence[ReceiptRow]
    timeline: Sequence[TimelineEntry]
    seal: Seal
    decision: Decision
    decided_by: str
    variant: Mapping[str, Any]
    """The sealed variant, as JSON."""
    by_hand: Instructions | None = None
    """What a person needs to publish it by hand; None: it isn't theirs to do, or not now, or its seal is
    broken."""
    settles_at: datetime | None = None
    """For an unknown outcome: from when on "not out" may be said."""
