"""Why a delivery isn't carried out yet, in words. “Paused” is no state: it is read from what holds it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.kernel.ids import DeliveryId
from signoff.records.models import Delivery, Pause
from signoff.records.states import DeliveryState
from signoff.records.tenants import AccountState, Channel


async def waiting_reasons(tx: AsyncSession, deliveries: Sequence[Delivery]) -> dict[DeliveryId, str]:
    """Say of each scheduled delivery that something holds what that is, and until when if known."""
    waiting = [delivery for delivery in deliveries if delivery.state is DeliveryState.SCHEDULED]
    if not waiting:
        return {}
    now = await database_now(tx)
    pauses = await _open_pauses(tx, waiting)
    channels = await _channels(tx, waiting)
    holds = await _holds(tx, waiting)
    reasons: dict[DeliveryId, str] = {}
    for delivery in waiting:
        channel = channels[delivery.channel_id]
        if pause := _pause_of(delivery, pauses):
            reasons[delivery.id] = f"Paused: {pause.reason}"
        elif channel.removed_at is not None:
            reasons[delivery.id] = "The channel was removed"
        elif channel.state == "reconnect":
            reasons[delivery.id] = "Waits until the channel is connected again"
        elif (hold := holds.get(delivery.account_key)) and hold.held_until and hold.held_until > now:
            until = f"{hold.held_until:%Y-%m-%d %H:%M} UTC"
            reasons[delivery.id] = f"The platform asks to wait until {until}: {hold.hold_reason}"
        elif delivery.not_before and delivery.not_before > now:
            why = f"{delivery.waiting_for.rstrip('.')}. " if delivery.waiting_for else ""
            reasons[delivery.id] = f"{why}Next try at {delivery.not_before:%H:%M:%S} UTC"
    return reasons


def _pause_of(delivery: Delivery, pauses: Sequence[Pause]) -> Pause | None:
    covers = {delivery.organization_id, delivery.brand_id, delivery.channel_id}
    for pause in pauses:
        if pause.scope == "global" or (pause.target_id or pause.organization_id) in covers:
            return pause
    return None


async def _open_pauses(tx: AsyncSession, deliveries: Sequence[Delivery]) -> Sequence[Pause]:
    organizations = {delivery.organization_id for delivery in deliveries}
    query = select(Pause).where(
        Pause.resumed_at.is_(None),
        or_(Pause.organization_id.is_(None), Pause.organization_id.in_(organizations)),
    )
    return (await tx.scalars(query)).all()


async def _channels(tx: AsyncSession, deliveries: Sequence[Delivery]) -> dict[object, Channel]:
    ids = {delivery.channel_id for delivery in deliveries}
    return {channel.id: channel for channel in await tx.scalars(select(Channel).where(Channel.id.in_(ids)))}


async def _holds(tx: AsyncSession, deliveries: Sequence[Delivery]) -> dict[str, AccountState]:
    keys = {delivery.account_key for delivery in deliveries}
    query = select(AccountState).where(AccountState.key.in_(keys), AccountState.held_until.is_not(None))
    return {account.key: account for account in await tx.scalars(query)}
