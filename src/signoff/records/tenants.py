"""Tables of organizations, people, brands, channels, and their rules. Rules are in the migrations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, FetchedValue, ForeignKey, Text, and_, any_, or_
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import SQLCoreOperations

from signoff.connectors.base import Account
from signoff.db.base import Base
from signoff.kernel.closed_days import Repeats
from signoff.kernel.ids import (
    BrandId,
    ChannelId,
    ClosedDaysId,
    OrganizationId,
    PersonId,
    SavedViewId,
    new_id,
)
from signoff.kernel.people import Role
from signoff.records.states import LatePolicy


class Organization(Base):
    """The tenant; owns everything else."""

    __tablename__ = "organizations"

    id: Mapped[OrganizationId] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Person(Base):
    """Somebody who can sign in; may belong to several organizations."""

    __tablename__ = "people"

    id: Mapped[PersonId] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str]
    """In lower case."""
    name: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str | None]
    time_zone: Mapped[str] = mapped_column(default="UTC")
    theme: Mapped[str] = mapped_column(default="system")
    is_operator: Mapped[bool] = mapped_column(default=False)
    """Runs this installation: may pause everything."""
    proven_at: Mapped[datetime | None]
    """Since when it is certain that the address is theirs: they used a link that only its mailbox got."""
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())

    @property
    def display_name(self) -> str:
        return self.name or self.email.partition("@")[0]


class Membership(Base):
    """A person's role in an organization."""

    __tablename__ = "memberships"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    role: Mapped[Role]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    accepted_at: Mapped[datetime | None]
    """Until then it counts for nothing; set at once where the person is known nowhere else."""
    removed_at: Mapped[datetime | None]
    brand_ids: Mapped[list[BrandId] | None] = mapped_column(ARRAY(postgresql.UUID(as_uuid=True)))
    """The only brands they see; None: all. Admins and owners always see all."""


IS_MEMBER: Final = and_(Membership.accepted_at.is_not(None), Membership.removed_at.is_(None))
"""Matches memberships that count: accepted, and not ended."""


def sees_brand(
    brand_id: SQLCoreOperations[BrandId] | SQLCoreOperations[BrandId | None] | BrandId,
) -> ColumnElement[bool]:
    """Match memberships that see a brand."""
    return or_(Membership.brand_ids.is_(None), any_(Membership.brand_ids) == brand_id)


class SavedView(Base):
    """What somebody narrows the list of posts to, under a name of their own."""

    __tablename__ = "saved_views"

    id: Mapped[SavedViewId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    person_id: Mapped[PersonId] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str]
    filters: Mapped[dict[str, Any]]
    """As the list's address says them, such as {"state": "draft", "changed": "7"}."""
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


class Brand(Base):
    """One business, client or location."""

    __tablename__ = "brands"

    id: Mapped[BrandId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str]
    time_zone: Mapped[str]
    """IANA name; due times are chosen in it."""
    website: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="")
    """schema.org type, for example Bakery."""
    telephone: Mapped[str] = mapped_column(default="")
    address: Mapped[dict[str, Any]] = mapped_column(default=dict)
    hours: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    color: Mapped[str] = mapped_column(default="")
    late_window_s: Mapped[int] = mapped_column(default=3600)
    """Seconds after the due time within which a delivery may still go out by itself."""
    late_policy: Mapped[LatePolicy] = mapped_column(default=LatePolicy.ASK)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    removed_at: Mapped[datetime | None]


class AccountState(Base):
    """What is known of an account on a platform, whoever uses it: until when it must rest, and its budgets.

    An application whose calls the platform counts over all its accounts is a row as well.
    """

    __tablename__ = "accounts"

    key: Mapped[str] = mapped_column(primary_key=True)
    held_until: Mapped[datetime | None]
    """The platform asked for no call before this."""
    hold_reason: Mapped[str] = mapped_column(default="")
    free_from: Mapped[datetime | None]
    """Nothing is published before this; looking and taking down go on."""
    waits_for: Mapped[str] = mapped_column(default="")
    """Which budget it is that `free_from` waits for."""
    posts_limit: Mapped[int | None]
    """Posts in 24 hours, as the platform says."""
    posts_told: Mapped[int | None]
    """How many of them were used by the platform's count at `posts_told_at`."""
    posts_told_at: Mapped[datetime | None]
    percent: Mapped[int | None]
    """How much of its calls was used at `percent_at`, by the platform's count."""
    percent_at: Mapped[datetime | None]


class CallCount(Base):
    """How many calls were made for an account within five minutes."""

    __tablename__ = "call_counts"

    account_key: Mapped[str] = mapped_column(primary_key=True)
    began_at: Mapped[datetime] = mapped_column(primary_key=True)
    calls: Mapped[int]


class Channel(Base):
    """One connected account of a brand on a platform."""

    __tablename__ = "channels"

    id: Mapped[ChannelId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    brand_id: Mapped[BrandId]
    platform: Mapped[str]
    name: Mapped[str]
    account_key: Mapped[str]
    account_host: Mapped[str]
    account_remote_id: Mapped[str]
    account_name: Mapped[str] = mapped_column(default="")
    app_key: Mapped[str] = mapped_column(default="")
    """The row of `accounts` that stands for the application of its token; empty: not known, or no matter."""
    is_sandbox: Mapped[bool] = mapped_column(default=False)
    credentials: Mapped[bytes | None] = mapped_column(deferred=True)
    """Encrypted; None once the channel is removed and its deliveries are settled."""
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default="connected")
    problem: Mapped[str] = mapped_column(default="")
    next_step: Mapped[str] = mapped_column(default="")
    abilities: Mapped[list[str]] = mapped_column(default=list)
    warnings: Mapped[list[str]] = mapped_column(default=list)
    checked_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    removed_at: Mapped[datetime | None]

    @property
    def account(self) -> Account:
        return Account(
            self.platform, self.account_host, self.account_remote_id, self.account_name, self.is_sandbox
        )


class CadenceRule(Base):
    """What a brand, or one of its channels, sets for how often and when it posts."""

    __tablename__ = "cadence_rules"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    brand_id: Mapped[BrandId | None]
    channel_id: Mapped[ChannelId | None]
    """Exactly one of the two."""
    decides: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Which of min_gap, max_per_day, quiet_hours and slots are set here; the brand's hold for the others."""
    min_gap_minutes: Mapped[int | None]
    max_per_day: Mapped[int | None]
    quiet_from: Mapped[str | None]
    """Local, as 22:00; over midnight when `quiet_to` is earlier."""
    quiet_to: Mapped[str | None]
    slots: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """Good times to post, as “Mo 09:00”."""
    version: Mapped[int] = mapped_column(default=1)


class ClosedDaysRow(Base):
    """Days, by the brand's calendar, on which the brand or one of its channels doesn't post."""

    __tablename__ = "closed_days"

    id: Mapped[ClosedDaysId] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    brand_id: Mapped[BrandId]
    channel_id: Mapped[ChannelId | None]
    """None: all channels of the brand."""
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    """Included; None only of weekdays: they have no end."""
    repeats: Mapped[Repeats] = mapped_column(default=Repeats.NEVER)
    weekdays: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    """As “Su”; only if they repeat weekly."""
    reason: Mapped[str]
    created_by: Mapped[PersonId | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    removed_at: Mapped[datetime | None]


STALE_AFTER_HOURS: Final = 4
"""When people are told of a post that waits for a decision, where its brand says nothing."""


class ApprovalRule(Base):
    """What a brand, or one of its channels, asks for before a post is approved.

    None: a channel follows its brand, and a brand the default of one approval by anybody who may decide.
    """

    __tablename__ = "approval_rules"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId] = mapped_column(ForeignKey("organizations.id"))
    brand_id: Mapped[BrandId | None]
    channel_id: Mapped[ChannelId | None]
    """Exactly one of the two."""
    approvals: Mapped[int | None]
    """How many different people must approve."""
    four_eyes: Mapped[bool | None]
    """No one approves what they had a hand in."""
    least_score: Mapped[int | None]
    """Of a brand only: a post with less isn't handed in."""
    stale_after_hours: Mapped[int | None]
    """Of a brand only: when people are told that a post waits too long."""
    version: Mapped[int] = mapped_column(default=1)
