"""Days without posts, of a brand or of one of its channels: holidays, Sundays, stocktaking, mourning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now
from signoff.kernel.errors import Invalid, NotFound
from signoff.kernel.ids import BrandId, ChannelId, ClosedDaysId
from signoff.kernel.local_time import zone
from signoff.kernel.people import Actor, May
from signoff.kernel.weekdays import WEEKDAYS
from signoff.organizations.closed_fields import ClosedDraft, checked
from signoff.organizations.lookup import find_brand, find_channel
from signoff.records.planning.closed_days import is_ahead
from signoff.records.tenants import Brand, Channel, ClosedDaysRow
from signoff.runtime import Runtime

_MOST: Final = 200


@dataclass(frozen=True, slots=True)
class Closed:
    """A stretch of days, and the one channel it is about; None: all of the brand."""

    row: ClosedDaysRow
    channel: Channel | None


async def list_closed(runtime: Runtime, actor: Actor, brand_id: BrandId) -> Sequence[Closed]:
    """List the days that are still to come, or last, the next first; then those that come again.

    Raises:
        NotFound: There is no such brand.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        await find_brand(tx, actor, brand_id)
        query = (
            select(ClosedDaysRow, Channel)
            .outerjoin(Channel, Channel.id == ClosedDaysRow.channel_id)
            .where(ClosedDaysRow.brand_id == brand_id, is_ahead())
            .order_by(ClosedDaysRow.repeats, ClosedDaysRow.first_day, ClosedDaysRow.id)
        )
        return [Closed(row, channel) for row, channel in (await tx.execute(query)).all()]


async def close_days(runtime: Runtime, actor: Actor, brand_id: BrandId, draft: ClosedDraft) -> Closed:
    """Keep days free of posts. What is scheduled there already stays; the calendar shows the conflict.

    Raises:
        NotFound: There is no such brand, or it has no such channel.
        Invalid: The days or the reason make no sense, or there are 200 such entries already.
    """
    actor.need(May.MANAGE_BRANDS)
    async with runtime.transaction(actor.organization_id) as tx:
        brand = await find_brand(tx, actor, brand_id, for_update=True)
        channel = await _channel(tx, actor, brand, draft.channel_id)
        days = checked(draft, (await database_now(tx)).astimezone(zone(brand.time_zone)).date())
        ahead = select(func.count()).where(ClosedDaysRow.brand_id == brand_id, is_ahead())
        count = await tx.scalar(ahead)
        if (count or 0) >= _MOST:
            raise Invalid(
                f"A brand has at most {_MOST} entries.", field="first", next_step="Remove what is not needed."
            )
        row = ClosedDaysRow(
            organization_id=actor.organization_id,
            brand_id=brand.id,
            channel_id=draft.channel_id,
            first_day=days.first,
            last_day=days.last,
            repeats=days.repeats,
            weekdays=[WEEKDAYS[day] for day in days.weekdays],
            reason=days.reason,
            created_by=actor.person_id,
        )
        tx.add(row)
        await tx.flush()
        chain.record(tx, actor, "closed_days.add", ("brand", brand.id), after=_said(row))
        return Closed(row, channel)


async def open_days(runtime: Runtime, actor: Actor, brand_id: BrandId, closed_id: ClosedDaysId) -> None:
    """Let posts go out on these days again.

    Raises:
        NotFound: There is no such entry.
    """
    actor.need(May.MANAGE_BRANDS)
    async with runtime.transaction(actor.organization_id) as tx:
        brand = await find_brand(tx, actor, brand_id, for_update=True)
        row = await tx.get(ClosedDaysRow, closed_id)
        if row is None or row.brand_id != brand.id or row.removed_at is not None:
            raise NotFound("There are no such days.")
        row.removed_at = await database_now(tx)
        await tx.flush()
        chain.record(tx, actor, "closed_days.remove", ("brand", brand.id), before=_said(row))


async def _channel(
    tx: AsyncSession, actor: Actor, brand: Brand, channel_id: ChannelId | None
) -> Channel | None:
    if channel_id is None:
        return None
    channel = await find_channel(tx, actor, channel_id)
    if channel.brand_id != brand.id:
        raise NotFound("The brand has no such channel.")
    return channel


def _said(row: ClosedDaysRow) -> dict[str, Any]:
    return {
        "first": row.first_day.isoformat(),
        "last": row.last_day.isoformat() if row.last_day else "",
        "repeats": row.repeats,
        "weekdays": ",".join(row.weekdays),
        "reason": row.reason,
        "channel_id": str(row.channel_id or ""),
    }
