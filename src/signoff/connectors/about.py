"""A platform as people meet it: what it asks for, takes and can."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from signoff.connectors.budgets import NO_BUDGET, Budget


@dataclass(frozen=True, slots=True)
class Field:
    """One input of the connect form. `kind`: text, url, secret, choice, flag."""

    name: str
    label: str
    kind: Literal["text", "url", "secret", "choice", "flag"] = "text"
    help: str = ""
    required: bool = True
    choices: tuple[str, ...] = ()
    default: str | bool | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform takes. None means: no limit known. `source` says where the figures come from."""

    source: str
    text_chars: int | None = None
    alt_chars: int | None = None
    hashtags: int | None = None
    mentions: int | None = None
    images_min: int = 0
    images_max: int = 0
    image_types: tuple[str, ...] = ()
    image_bytes: int | None = None
    image_width_min: int | None = None
    ratio_min: float | None = None
    """Smallest width divided by height."""
    ratio_max: float | None = None
    title_required: bool = False
    text_required: bool = True


@dataclass(frozen=True, slots=True)
class About:
    """A platform as people meet it: its name, what it asks for, what it can."""

    platform: str
    label: str
    credentials: tuple[Field, ...]
    options: tuple[Field, ...]
    limits: Limits
    content_types: frozenset[str]
    visibility_delay: timedelta
    """After a lost commit, how long a post may stay invisible to a look."""
    commit_is_repeatable: bool
    """Sending the same commit twice can't make a second post."""
    fetches_media: bool = False
    """The platform fetches pictures from our public address."""
    can_take_down: bool = True
    take_down_by_hand: str = ""
    """Steps for a person where the platform can't take a post down."""
    account_address: str = ""
    """Where people see the account, with {name}, {remote_id} and {host}; empty: nobody knows."""
    budget: Budget = NO_BUDGET
    """What an account may use within an hour and a day."""
    looks_after: tuple[timedelta, ...] = (
        timedelta(seconds=5),
        timedelta(seconds=30),
        timedelta(minutes=2),
        timedelta(minutes=10),
    )
