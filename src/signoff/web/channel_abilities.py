"""What a channel can and can't do, in words: what its platform takes, and what its credentials allow."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from signoff.connectors.about import About
from signoff.connectors.base import TAKES_DOWN
from signoff.organizations.channels.overview import ENDS_SOON
from signoff.records.tenants import Channel
from signoff.web import times
from signoff.web.words import CONTENT_TYPES

_USUAL_LIFE: Final = timedelta(days=60)
_TRIED: Final = "Its sign-in doesn't say that it may. It is tried; if it is refused, you get the steps."


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
    said = [each for each in channel.abilities if each != TAKES_DOWN]
    found = [*_takes(about, known), *(Ability(can=True, what=_sentence(each)) for each in said)]
    found.append(_takes_down(about, may=TAKES_DOWN in channel.abilities))
    if about.visibility_delay:
        seen = times.duration(about.visibility_delay)
        found.append(Ability(can=True, what="Be asked whether a post is out", how=f"Certain after {seen}."))
    return sorted(found, key=lambda each: not each.can)


def expiry(channel: Channel, now: datetime) -> Expiry | None:
    """Tell how far away the end of the sign-in is; None: it doesn't end, or has."""
    if channel.expires_at is None or channel.expires_at <= now or channel.state == "reconnect":
        return None
    left = channel.expires_at - now
    return Expiry(min(100, max(2, round(100 * (left / _USUAL_LIFE)))), left < ENDS_SOON)


def _takes(about: About, known: Collection[str]) -> Iterator[Ability]:
    kinds = [label for kind, label in CONTENT_TYPES.items() if kind in about.content_types]
    yield Ability(can=True, what=f"Kinds: {_listed(kinds)}")
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
        yield Ability(can=False, what=f"Other kinds: {_listed(left_out)}")


def _takes_down(about: About, *, may: bool) -> Ability:
    if not about.can_take_down:
        return Ability(can=False, what=_sentence(TAKES_DOWN), how=about.take_down_by_hand)
    return Ability(can=may, what=_sentence(TAKES_DOWN), how="" if may else _TRIED)


def _listed(kinds: Sequence[str]) -> str:
    """Name kinds in a row; what is a name keeps its capitals."""
    first, *others = kinds
    lower = (each if each[1:] != each[1:].lower() else each.lower() for each in others)
    return ", ".join((first, *lower))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
