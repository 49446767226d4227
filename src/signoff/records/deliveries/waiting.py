"""Why a delivery isn't carried out yet. “Paused” is no state: it is read from what holds it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.arrays import among
from signoff.db.clock import database_now
from signoff.kernel.ids import ChannelId, DeliveryId
from signoff.kernel.local_time import in_words
from signoff.records.deliveries.late import is_held
from signoff.records.deliveries.places import Places, places_of
from signoff.records.models import Delivery, Pause
from signoff.records.states import DeliveryState, LatePolicy
from signoff.records.tenants import AccountState, Brand, Channel


class Hold(StrEnum):
    """What holds a delivery."""

    PAUSED = "paused"
    REMOVED = "removed"
    LATE = "late"  # later than its brand allows: somebody, or the brand's rule, lets it go
    RECONNECT = "reconnect"
    PLATFORM = "platform"  # it asked to wait
    BUDGET = "budget"  # so many calls or posts were made
    TURN = "turn"  # let go, one after the other
    RETRY = "retry"  # its own next try


_IN_TURN: Final = "Its time was missed, and its channel's cadence gave it a turn"
_WAITS: Final = frozenset({DeliveryState.SCHEDULED, DeliveryState.MANUAL_DUE})
_SAME: Final = timedelta(minutes=1)
"""Two moments that are no further apart are one to people."""

_UNTIL_WORDS: Final[Mapping[Hold, str]] = {
    Hold.BUDGET: "free from",
    Hold.RETRY: "next try",
    Hold.TURN: "goes out",
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """What holds a delivery, in words without a time, and until when if that is known.

    Who shows it gives the moment in the viewer's zone, after `until_word`.
    """

    hold: Hold
    text: str
    until: datetime | None = None

    @property
    def until_word(self) -> str:
        return _UNTIL_WORDS.get(self.hold, "until")

    def said(self, zone_name: str, now: datetime) -> str:
        """Give all of it for a letter, with the local time in a zone that is named."""
        if self.until is None:
            return self.text
        return f"{self.text}, {self.until_word} {in_words(self.until, zone_name, now=now)}"


async def waiting_reasons(
    tx: AsyncSession, deliveries: Sequence[Delivery], places: Places
) -> dict[DeliveryId, Waiting]:
    """Say of each delivery that waits what holds it, and until when if known; of a person's only a pause."""
    waiting = [delivery for delivery in deliveries if delivery.state in _WAITS]
    if not waiting:
        return {}
    now = await database_now(tx)
    pauses = await open_pauses_of(tx, waiting)
    channels, brands = places.channels, places.brands
    holds = await _holds(tx, waiting, channels)
    reasons: dict[DeliveryId, Waiting] = {}
    for delivery in waiting:
        channel = channels[delivery.channel_id]
        if pause := pause_of(delivery, pauses):
            reasons[delivery.id] = Waiting(Hold.PAUSED, f"Paused: {pause.reason}")
        elif delivery.state is DeliveryState.MANUAL_DUE:
            continue
        elif channel.removed_at is not None:
            reasons[delivery.id] = Waiting(Hold.REMOVED, "The channel was removed")
        elif is_held(delivery, brand := brands[delivery.brand_id], now):
            reasons[delivery.id] = _late(delivery, brand, _barred(delivery, channel, holds, now), now)
        elif barred := _barred(delivery, channel, holds, now):
            reasons[delivery.id] = barred
        elif to_come := _to_come(delivery, now):
            reasons[delivery.id] = to_come
    return reasons


def _to_come(delivery: Delivery, now: datetime) -> Waiting | None:
    if delivery.released_to and delivery.released_to > now:
        return Waiting(Hold.TURN, "Late, in turn", delivery.released_to)
    turn, next_try = delivery.turn_at, delivery.not_before
    if turn and turn > max(now, next_try or now):
        return Waiting(Hold.TURN, _IN_TURN, turn)
    if next_try and next_try > now:
        why = _unended(delivery.waiting_for) or "It is tried again"
        return Waiting(Hold.RETRY, why, next_try)
    return None


async def what_bars(tx: AsyncSession, delivery: Delivery) -> Waiting | None:
    """Say what keeps a delivery from its channel, late or not; None: nothing does."""
    places = await places_of(tx, [delivery])
    holds = await _holds(tx, [delivery], places.channels)
    return _barred(delivery, places.channels[delivery.channel_id], holds, await database_now(tx))


def _barred(
    delivery: Delivery, channel: Channel, holds: Mapping[str, AccountState], now: datetime
) -> Waiting | None:
    if channel.state == "reconnect":
        return Waiting(Hold.RECONNECT, "Waits until the channel is connected again")
    return rest_of(holds, (delivery.account_key, channel.app_key), now)


def _late(delivery: Delivery, brand: Brand, barred: Waiting | None, now: datetime) -> Waiting:
    said = _held(delivery, brand, now)
    if barred is None or brand.late_policy is not LatePolicy.SPREAD or delivery.held_since:
        return Waiting(Hold.LATE, said)
    return Waiting(Hold.LATE, f"{said}. {barred.text}", barred.until)


def rest_of(holds: Mapping[str, AccountState], keys: Sequence[str], now: datetime) -> Waiting | None:
    """Say which of account and application rests for longest, and why."""
    found = []
    for hold in (holds[key] for key in keys if key in holds):
        if hold.held_until and hold.held_until > now:
            why = f"The platform asks to wait: {_unended(hold.hold_reason)}"
            found.append(Waiting(Hold.PLATFORM, why, hold.held_until))
        if hold.free_from and hold.free_from > now:
            why = f"Waiting for budget: {_unended(hold.waits_for)}"
            found.append(Waiting(Hold.BUDGET, why, hold.free_from))
    # A refusal comes with a header that says the same; of the two the platform's own words are shown.
    return max(found, key=lambda one: (one.until or now) + _SAME * (one.hold is Hold.PLATFORM), default=None)


def _unended(sentence: str) -> str:
    """Leave room for the time that follows."""
    return sentence.strip().rstrip(".")


def pause_of(delivery: Delivery, pauses: Sequence[Pause]) -> Pause | None:
    """Give the first of some open pauses that covers a delivery."""
    covers = {delivery.organization_id, delivery.brand_id, delivery.channel_id}
    for pause in pauses:
        if pause.scope == "global" or (pause.target_id or pause.organization_id) in covers:
            return pause
    return None


def _held(delivery: Delivery, brand: Brand, now: datetime) -> str:
    if delivery.held_since is not None:
        return "Held (late): somebody decides whether it still goes out"
    if brand.late_policy is LatePolicy.SPREAD:
        return "Held (late): it gets its turn as soon as nothing else holds it"
    missed = now - (delivery.released_to or delivery.due_at)
    allowed = _length(timedelta(seconds=brand.late_window_s))
    return f"Held (late): {_length(missed)} past its time, and {brand.name} allows {allowed}"


def _length(lasted: timedelta) -> str:
    minutes = round(lasted.total_seconds() / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"  # noqa: PLR2004 - two hours


async def open_pauses_of(tx: AsyncSession, deliveries: Sequence[Delivery]) -> Sequence[Pause]:
    """Give the open pauses of the organizations of some deliveries, and the installation's own."""
    organizations = {delivery.organization_id for delivery in deliveries}
    query = select(Pause).where(
        Pause.resumed_at.is_(None),
        or_(Pause.organization_id.is_(None), Pause.organization_id.in_(organizations)),
    )
    return (await tx.scalars(query)).all()


async def _holds(
    tx: AsyncSession, deliveries: Sequence[Delivery], channels: Mapping[ChannelId, Channel]
) -> dict[str, AccountState]:
    keys = {delivery.account_key for delivery in deliveries}
    keys |= {channels[delivery.channel_id].app_key for delivery in deliveries}
    rests = or_(AccountState.held_until.is_not(None), AccountState.free_from.is_not(None))
    query = select(AccountState).where(among(AccountState.key, keys), rests)
    fresh = query.execution_options(populate_existing=True)
    return {account.key: account for account in await tx.scalars(fresh)}
