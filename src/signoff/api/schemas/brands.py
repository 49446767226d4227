"""Brands and channels."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from signoff.api.schemas.base import In, Out
from signoff.connectors.about import About
from signoff.connectors.about import Field as ConnectorField
from signoff.records.states import LatePolicy


class HoursIn(In):
    """One line of opening hours."""

    days: str = Field(examples=["Mo-Fr"])
    opens: str = Field(examples=["09:00"])
    closes: str = Field(examples=["18:00"])


class BrandIn(In):
    """A new brand."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Corner Bakery",
                    "time_zone": "Europe/Madrid",
                    "website": "https://bakery.example.com",
                }
            ]
        }
    )

    name: str
    time_zone: str = Field(examples=["Europe/Madrid"])
    """IANA name; due times are chosen in it."""
    website: str = ""
    category: str = Field(default="", examples=["Bakery"])
    """A schema.org type."""
    telephone: str = ""
    address: dict[str, str] = Field(default={}, examples=[{"street": "Calle Mayor 1", "city": "Madrid"}])
    """street, city, postal_code, region, country."""
    hours: list[HoursIn] = Field(default=[])
    facts: dict[str, Any] = Field(default={})
    """Verified facts that posts may state."""
    color: str = Field(default="", examples=["#8a5a2b"])
    late_window_s: int = Field(default=3600, strict=True)
    """Seconds after the due time within which a delivery may still go out by itself."""
    late_policy: LatePolicy = LatePolicy.ASK
    """What becomes of a later one: a person is asked, it is sent one after the other, or at once."""


class BrandChangesIn(In):
    """What shall be different; what isn't given stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"telephone": "+34 911 234 567"}]})

    name: str | None = None
    time_zone: str | None = None
    website: str | None = None
    category: str | None = None
    telephone: str | None = None
    address: dict[str, str] | None = None
    hours: list[HoursIn] | None = None
    facts: dict[str, Any] | None = None
    color: str | None = None
    late_window_s: int | None = Field(default=None, strict=True)
    late_policy: LatePolicy | None = None


class BrandOut(Out):
    """One business, client or location."""

    id: UUID
    name: str
    time_zone: str
    website: str
    category: str
    telephone: str
    address: dict[str, str]
    hours: list[dict[str, str]]
    facts: dict[str, Any]
    color: str
    late_window_s: int
    late_policy: LatePolicy
    version: int
    """Grows with every change; the ETag."""
    created_at: datetime


class ChannelIn(In):
    """An account to connect. GET /platforms tells which credentials and options each platform asks for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "platform": "wordpress",
                    "name": "Our site",
                    "credentials": {
                        "site_url": "https://www.example.com",
                        "username": "editor",
                        "application_password": "abcd efgh ijkl mnop qrst uvwx",
                    },
                    "options": {"post_type": "posts", "publish_as": "publish"},
                }
            ]
        }
    )

    platform: str
    name: str = ""
    """By default the account's own name."""
    credentials: dict[str, Any] = Field(default={})
    options: dict[str, Any] = Field(default={})


class ChannelChangesIn(In):
    """What shall be different; options are replaced as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Main site"}]})

    name: str | None = None
    options: dict[str, Any] | None = None


class CredentialsIn(In):
    """New credentials for the same account; what isn't given stays."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"credentials": {"access_token": "EAAG…"}}]})

    credentials: dict[str, Any]


class ChannelOut(Out):
    """One connected account of a brand. Credentials are never given out."""

    id: UUID
    brand_id: UUID
    platform: str
    name: str
    account_name: str
    account_key: str
    """Platform, host and remote id of the account."""
    is_sandbox: bool
    """A stand-in: nothing that goes there is public."""
    options: dict[str, Any]
    state: str
    """connected, or reconnect: its deliveries wait until it is connected again."""
    problem: str
    next_step: str
    abilities: list[str]
    warnings: list[str]
    checked_at: datetime | None
    expires_at: datetime | None
    version: int
    """Grows with every change; the ETag."""
    created_at: datetime


class ReconnectedOut(Out):
    """A channel that works again."""

    channel: ChannelOut
    retryable: list[UUID]
    """Deliveries that failed for want of a connection; retry those that are still wanted."""


class RemovedOut(Out):
    """A channel that was removed."""

    on_their_way: list[UUID]
    """Deliveries that can't be stopped any more."""


class FieldOut(Out):
    """One input of the form that connects an account."""

    name: str
    label: str
    kind: str
    """text, url, secret, choice or flag."""
    help: str
    required: bool
    choices: list[str]
    default: str | bool | None

    @classmethod
    def of(cls, field: ConnectorField) -> FieldOut:
        return cls(
            name=field.name,
            label=field.label,
            kind=field.kind,
            help=field.help,
            required=field.required,
            choices=list(field.choices),
            default=field.default,
        )


class PlatformOut(Out):
    """A platform: what it asks for, what it takes."""

    platform: str
    label: str
    credentials: list[FieldOut]
    options: list[FieldOut]
    content_types: list[str]
    limits: dict[str, Any]
    can_take_down: bool

    @classmethod
    def of(cls, about: About) -> PlatformOut:
        limits = {name: getattr(about.limits, name) for name in about.limits.__dataclass_fields__}
        return cls(
            platform=about.platform,
            label=about.label,
            credentials=[FieldOut.of(field) for field in about.credentials],
            options=[FieldOut.of(field) for field in about.options],
            content_types=sorted(about.content_types),
            limits=limits,
            can_take_down=about.can_take_down,
        )
