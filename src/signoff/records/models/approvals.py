"""Tables of decisions, seals and their withdrawal."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import FetchedValue, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from signoff.db.base import Base
from signoff.kernel.ids import (
    DecisionId,
    OrganizationId,
    PersonId,
    PostId,
    RevisionId,
    SealId,
    new_id,
)
from signoff.records.states import (
    Verdict,
)


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
