"""The cadence of brands and channels: reading its rules, and setting them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.cadence import Cadence
from signoff.kernel.ids import BrandId, ChannelId
from signoff.kernel.people import Actor, May
from signoff.organizations.cadence_fields import checked
from signoff.organizations.lookup import find_brand, find_channel
from signoff.organizations.rule_rows import Rules, channel_rows, row_to_change, rule_row, store_row
from signoff.records.planning.cadence import as_cadence, in_force
from signoff.records.tenants import Brand, CadenceRule, Channel
from signoff.runtime import Runtime

FIELDS: Final[Mapping[str, str]] = {
    "min_gap_minutes": "min_gap",
    "max_per_day": "max_per_day",
    "quiet_hours": "quiet_hours",
    "slots": "slots",
}
"""What people and programs call a rule, and what it is called where it is stored and followed."""


async def brand_cadence(runtime: Runtime, actor: Actor, brand_id: BrandId) -> Rules:
    """Raises NotFound: not there, removed, or another organization's."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        return await _rules(tx, await find_brand(tx, actor, brand_id), None)


async def channel_cadence(runtime: Runtime, actor: Actor, channel_id: ChannelId) -> Rules:
    """Raises NotFound: not there, removed, or another organization's."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        channel = await find_channel(tx, actor, channel_id)
        return await _rules(tx, await find_brand(tx, actor, channel.brand_id), channel)


async def cadence_on_channels(
    runtime: Runtime, actor: Actor, brand_id: BrandId, channels: Sequence[Channel]
) -> list[Rules]:
    """Give the rules of several of a brand's channels, read together.

    Raises:
        NotFound: The brand isn't there, is removed, or another organization's.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        brand = await find_brand(tx, actor, brand_id)
        of_brand = await rule_row(tx, CadenceRule, brand)
        rows = await channel_rows(tx, CadenceRule, channels)
    return [_held(brand, channel, of_brand, rows.get(channel.id)) for channel in channels]


async def set_brand_cadence(
    runtime: Runtime, actor: Actor, brand_id: BrandId, given: Mapping[str, Any], *, version: int
) -> Rules:
    """Set all rules of a brand; what isn't given, or None, is no limit. What is scheduled stays.

    Raises:
        NotFound: Not there.
        VersionChanged: Somebody set them meanwhile.
        Invalid: A rule makes no sense; `errors` names it.
    """
    actor.need(May.MANAGE_BRANDS)
    values = checked({name: given.get(name) for name in FIELDS})
    async with runtime.transaction(actor.organization_id) as tx:
        brand = await find_brand(tx, actor, brand_id, for_update=True)
        await _store(tx, actor, brand, values, version=version)
        return await _rules(tx, brand, None)


async def set_channel_cadence(
    runtime: Runtime, actor: Actor, channel_id: ChannelId, given: Mapping[str, Any], *, version: int
) -> Rules:
    """Set a channel's own rules; what isn't given follows the brand, and None lifts the brand's limit.

    Raises:
        NotFound: Not there.
        VersionChanged: Somebody set them meanwhile.
        Invalid: A rule makes no sense; `errors` names it.
    """
    actor.need(May.MANAGE_CHANNELS)
    values = checked(given)
    async with runtime.transaction(actor.organization_id) as tx:
        channel = await find_channel(tx, actor, channel_id)
        await _store(tx, actor, channel, values, version=version)
        return await _rules(tx, await find_brand(tx, actor, channel.brand_id), channel)


async def _rules(tx: AsyncSession, brand: Brand, channel: Channel | None) -> Rules:
    of_brand = await rule_row(tx, CadenceRule, brand)
    own = await rule_row(tx, CadenceRule, channel) if channel else of_brand
    return _held(brand, channel, of_brand, own)


def _held(
    brand: Brand, channel: Channel | None, of_brand: CadenceRule | None, own: CadenceRule | None
) -> Rules:
    rows = [row for row in (of_brand, own if channel else None) if row]
    return Rules(
        brand=brand,
        channel=channel,
        own=_said(own) if own else {},
        in_force=_spelled(in_force(*rows)),
        version=own.version if own else 0,
    )


async def _store(
    tx: AsyncSession, actor: Actor, target: Brand | Channel, values: Mapping[str, Any], *, version: int
) -> None:
    row = await row_to_change(tx, CadenceRule, target, version)
    before = _said(row) if version else {}
    if version and before == values:
        return
    quiet = values.get("quiet_hours") or {}
    row.decides = [stored for name, stored in FIELDS.items() if name in values]
    row.min_gap_minutes, row.max_per_day = values.get("min_gap_minutes"), values.get("max_per_day")
    row.quiet_from, row.quiet_to = quiet.get("from"), quiet.get("to")
    row.slots = values.get("slots") or []
    await store_row(tx, actor, target, row, "cadence.changed", version=version, before=before, after=values)


def _said(row: CadenceRule) -> dict[str, Any]:
    spelled = _spelled(as_cadence(row))
    return {name: spelled[name] for name, stored in FIELDS.items() if stored in row.decides}


def _spelled(cadence: Cadence) -> dict[str, Any]:
    quiet = cadence.quiet_hours
    return {
        "min_gap_minutes": int(cadence.min_gap.total_seconds()) // 60 if cadence.min_gap else None,
        "max_per_day": cadence.max_per_day,
        "quiet_hours": {"from": f"{quiet.start:%H:%M}", "to": f"{quiet.end:%H:%M}"} if quiet else None,
        "slots": [str(slot) for slot in cadence.slots],
    }
