"""What a channel can and can't do, in words: what its platform takes, and what its credentials allow."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from signoff.connectors.base import About
from signoff.records.tenants import Channel
from signoff.web import times
from signoff.web.words import CONTENT_TYPES

_USUAL_LIFE: Final = timedelta(days=60)
_SOON: Final = timedelta(days=14)
_TAKES_DOWN: Final = "take posts down"
"""As accounts say it of themselves; then the platform needn't."""


@dataclass(frozen=True, slots=True)
class Ability:
    """One line of the list; `how` is what to do instead, or why."""

    can: bool
    what: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Expiry:
    """How far away the end of a sign-in is, for a bar of sixty days."""

    percent: int
    is_soon: bool


def abilities(about: About, channel: Channel, known: Collection[str]) -> list[Ability]:
    """List what the account can do first, then what it can't.

    Args:
        about: The channel's platform.
        channel: The account, as it was last checked.
        known: The kinds of posts that any platform here takes; only those are missed.
    """
    found = [*_takes(about, known), *(Ability(can=True, what=_sentence(each)) for each in channel.abilities)]
    if _TAKES_DOWN not in channel.abilities:
        found.append(_takes_down(about))
    if about.visibility_delay:
        seen = times.duration(about.visibility_delay)
        found.append(Ability(can=True, what="Be asked whether a post is out", how=f"Certain after {seen}."))
    return sorted(found, key=lambda each: not each.can)


def expiry(channel: Channel, now: datetime) -> Expiry | None:
    """Tell how far away the end of the sign-in is; None: it doesn't end, or has."""
    if channel.expires_at is None or channel.expires_at <= now or channel.state == "reconnect":
        return None
    left = channel.expires_at - now
    return Expiry(min(100, max(2, round(100 * (left / _USUAL_LIFE)))), left < _SOON)


def _takes(about: About, known: Collection[str]) -> Iterator[Ability]:
    kinds = [label for kind, label in CONTENT_TYPES.items() if kind in about.content_types]
    yield Ability(can=True, what=f"Publish {', '.join(kinds).lower()}")
    limits = about.limits
    if limits.text_chars:
        yield Ability(can=True, what=f"Texts of up to {limits.text_chars:,} characters")
    if limits.images_max:
        least = " and at least one" if limits.images_min else ""
        yield Ability(can=True, what=f"Up to {limits.images_max} pictures in a post{least}")
    elif not limits.image_types:
        yield Ability(can=False, what="Pictures")
    if limits.hashtags:
        yield Ability(can=True, what=f"Up to {limits.hashtags} hashtags")
    missed = set(known) - about.content_types
    left_out = [label for kind, label in CONTENT_TYPES.items() if kind in missed]
    if left_out:
        yield Ability(can=False, what=f"Publish {', '.join(left_out).lower()}")


def _takes_down(about: About) -> Ability:
    if about.can_take_down:
        return Ability(can=True, what="Take a published post down")
    return Ability(can=False, what="Take a published post down", how=about.take_down_by_hand)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
