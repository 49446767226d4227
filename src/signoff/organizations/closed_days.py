"""Days without posts, of a brand or of one of its channels: holidays, stocktaking, mourning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Date, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now, now_sql
from signoff.kernel.errors import Invalid, NotFound, TooMany
from signoff.kernel.ids import BrandId, ChannelId, ClosedDaysId
from signoff.kernel.people import Actor, May
from signoff.organizations.lines import one_line
from signoff.organizations.lookup import find_brand, find_channel
from signoff.records.tenants import Brand, Channel, ClosedDaysRow
from signoff.runtime import Runtime

_LONGEST: Final = timedelta(days=366)
_MOST: Final = 200
_MOST_CHARS: Final = 200


@dataclass(frozen=True, slots=True)
class Closed:
    """A stretch of days, and the one channel it is about; None: all of the brand."""

    row: ClosedDaysRow
    channel: Channel | None


@dataclass(frozen=True, slots=True)
class ClosedDraft:
    """What shall be closed. `last` None: one day; it is included."""

    first: date
    reason: str
    last: date | None = None
    channel_id: ChannelId | None = None


async def list_closed(runtime: Runtime, actor: Actor, brand_id: BrandId) -> Sequence[Closed]:
    """List the days that are still to come, or last, the next first.

    Raises:
        NotFound: There is no such brand.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        await find_brand(tx, actor, brand_id)
        query = (
            select(ClosedDaysRow, Channel)
            .outerjoin(Channel, Channel.id == ClosedDaysRow.channel_id)
            .where(*_ahead(brand_id))
            .order_by(ClosedDaysRow.first_day, ClosedDaysRow.id)
        )
        return [Closed(row, channel) for row, channel in (await tx.execute(query)).all()]


async def close_days(runtime: Runtime, actor: Actor, brand_id: BrandId, draft: ClosedDraft) -> Closed:
    """Keep days free of posts. What is scheduled there already stays; the calendar shows the conflict.

    Raises:
        NotFound: There is no such brand, or it has no such channel.
        Invalid: The days or the reason make no sense.
        TooMany: There are 200 such entries already.
    """
    actor.need(May.MANAGE_BRANDS)
    last = draft.last or draft.first
    reason = one_line(draft.reason)
    async with runtime.transaction(actor.organization_id) as tx:
        brand = await find_brand(tx, actor, brand_id, for_update=True)
        channel = await _channel(tx, actor, brand, draft.channel_id)
        _check(draft.first, last, reason, (await database_now(tx)).date())
        count = await tx.scalar(select(func.count()).select_from(ClosedDaysRow).where(*_ahead(brand_id)))
        if (count or 0) >= _MOST:
            raise TooMany(f"A brand has at most {_MOST} entries.", next_step="Remove what is not needed.")
        row = ClosedDaysRow(
            organization_id=actor.organization_id,
            brand_id=brand.id,
            channel_id=draft.channel_id,
            first_day=draft.first,
            last_day=last,
            reason=reason,
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


def _ahead(brand_id: BrandId) -> tuple[Any, ...]:
    return (
        ClosedDaysRow.brand_id == brand_id,
        ClosedDaysRow.removed_at.is_(None),
        ClosedDaysRow.last_day >= cast(now_sql(), Date) - 1,
    )


async def _channel(
    tx: AsyncSession, actor: Actor, brand: Brand, channel_id: ChannelId | None
) -> Channel | None:
    if channel_id is None:
        return None
    channel = await find_channel(tx, actor, channel_id)
    if channel.brand_id != brand.id:
        raise NotFound("The brand has no such channel.")
    return channel


def _check(first: date, last: date, reason: str, today: date) -> None:
    errors = []
    if last < first or last - first >= _LONGEST:
        errors.append(
            {"field": "last", "message": "The last day is not before the first, and within a year."}
        )
    elif last < today - timedelta(days=1):
        errors.append({"field": "last", "message": "These days are over."})
    if not 0 < len(reason) <= _MOST_CHARS:
        errors.append({"field": "reason", "message": f"Say why, in at most {_MOST_CHARS} characters."})
    if errors:
        raise Invalid(" ".join(error["message"] for error in errors), errors=errors)


def _said(row: ClosedDaysRow) -> dict[str, Any]:
    return {
        "first": row.first_day.isoformat(),
        "last": row.last_day.isoformat(),
        "reason": row.reason,
        "channel_id": str(row.channel_id or ""),
    }
