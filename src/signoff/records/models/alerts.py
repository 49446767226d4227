"""Tables of what people must know, and of who was told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import FetchedValue, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from signoff.db.base import Base
from signoff.kernel.ids import (
    AlertId,
    BrandId,
    ChannelId,
    DeliveryId,
    OrganizationId,
    PersonId,
    PostId,
    new_id,
)


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
    brand_id: Mapped[BrandId | None] = mapped_column(ForeignKey("brands.id"))
    """Of an alert about a brand as a whole, or about one of its posts; those about a channel name that."""
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


class StaleNotice(Base):
    """People were told that a post has waited for a decision `since` then, and how long: see `LEVELS`."""

    __tablename__ = "stale_notices"

    post_id: Mapped[PostId] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    since: Mapped[datetime] = mapped_column(primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


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
