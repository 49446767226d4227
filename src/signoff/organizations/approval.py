"""What a brand asks for before a post is approved, and what one of its channels asks for in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.errors import Invalid
from signoff.kernel.ids import BrandId, ChannelId
from signoff.kernel.people import Actor, May
from signoff.organizations.lookup import find_brand, find_channel
from signoff.organizations.rule_rows import Rules, channel_rows, row_to_change, rule_row, store_row
from signoff.records.tenants import STALE_AFTER_HOURS, ApprovalRule, Brand, Channel
from signoff.runtime import Runtime

OF_CHANNEL: Final = ("approvals", "four_eyes")
OF_BRAND: Final = (*OF_CHANNEL, "least_score", "stale_after_hours")
_DEFAULTS: Final[Mapping[str, Any]] = {
    "approvals": 1,
    "four_eyes": False,
    "least_score": None,
    "stale_after_hours": STALE_AFTER_HOURS,
}
_SPANS: Final[Mapping[str, tuple[int, int, str]]] = {
    "approvals": (1, 5, "Between one and five people approve a post."),
    "least_score": (1, 100, "A score is between 1 and 100."),
    "stale_after_hours": (1, 8760, "A post goes stale after an hour at the soonest, and within a year."),
}


async def brand_approval(runtime: Runtime, actor: Actor, brand_id: BrandId) -> Rules:
    """Raises NotFound: not there, removed, or another organization's."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        return await _rules(tx, await find_brand(tx, actor, brand_id), None)


async def least_score(runtime: Runtime, actor: Actor, brand_id: BrandId) -> int | None:
    """Give the score below which a post of a brand isn't handed in; None: any will do."""
    actor.need(May.READ)
    query = select(ApprovalRule.least_score).where(
        ApprovalRule.organization_id == actor.organization_id, ApprovalRule.brand_id == brand_id
    )
    async with runtime.transaction(actor.organization_id) as tx:
        found: int | None = await tx.scalar(query)
        return found


async def channel_approval(runtime: Runtime, actor: Actor, channel_id: ChannelId) -> Rules:
    """Raises NotFound: not there, removed, or another organization's."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        channel = await find_channel(tx, actor, channel_id)
        return await _rules(tx, await find_brand(tx, actor, channel.brand_id), channel)


async def approval_on_channels(
    runtime: Runtime, actor: Actor, brand_id: BrandId, channels: Sequence[Channel]
) -> dict[ChannelId, Rules]:
    """Give the rules of several of a brand's channels, read together.

    Raises:
        NotFound: The brand isn't there, is removed, or another organization's.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        brand = await find_brand(tx, actor, brand_id)
        of_brand = await rule_row(tx, ApprovalRule, brand)
        rows = await channel_rows(tx, ApprovalRule, channels)
    return {channel.id: _held(brand, channel, of_brand, rows.get(channel.id)) for channel in channels}


async def set_brand_approval(
    runtime: Runtime, actor: Actor, brand_id: BrandId, given: Mapping[str, Any], *, version: int
) -> Rules:
    """Set all rules of a brand; what isn't given, or None, is the default. What is sealed stays approved.

    Raises:
        NotFound: Not there.
        VersionChanged: Somebody set them meanwhile.
        Invalid: A rule makes no sense; `errors` names it.
    """
    actor.need(May.MANAGE_BRANDS)
    values = _checked({name: given.get(name) for name in OF_BRAND})
    async with runtime.transaction(actor.organization_id) as tx:
        brand = await find_brand(tx, actor, brand_id, for_update=True)
        await _store(tx, actor, brand, values, version=version)
        return await _rules(tx, brand, None)


async def set_channel_approval(
    runtime: Runtime, actor: Actor, channel_id: ChannelId, given: Mapping[str, Any], *, version: int
) -> Rules:
    """Set what a channel asks for in place of its brand; what isn't given, or None, follows the brand.

    Raises:
        NotFound: Not there.
        VersionChanged: Somebody set them meanwhile.
        Invalid: A rule makes no sense; `errors` names it.
    """
    actor.need(May.MANAGE_BRANDS)
    values = _checked({name: given.get(name) for name in OF_CHANNEL})
    async with runtime.transaction(actor.organization_id) as tx:
        channel = await find_channel(tx, actor, channel_id)
        # Its row, which whoever seals a post of the brand holds as well: they agree on what is asked for.
        brand = await find_brand(tx, actor, channel.brand_id, for_update=True)
        await _store(tx, actor, channel, values, version=version)
        return await _rules(tx, brand, channel)


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    errors = [
        {"field": name, "message": wrong}
        for name, (least, most, wrong) in _SPANS.items()
        if (value := values.get(name)) is not None and not least <= value <= most
    ]
    if errors:
        raise Invalid(" ".join(error["message"] for error in errors), errors=errors)
    return dict(values)


async def _rules(tx: AsyncSession, brand: Brand, channel: Channel | None) -> Rules:
    of_brand = await rule_row(tx, ApprovalRule, brand)
    own = await rule_row(tx, ApprovalRule, channel) if channel else of_brand
    return _held(brand, channel, of_brand, own)


def _held(
    brand: Brand, channel: Channel | None, of_brand: ApprovalRule | None, own: ApprovalRule | None
) -> Rules:
    held = {**_DEFAULTS, **_said(of_brand), **_said(own)}
    return Rules(brand, channel, _said(own), held, own.version if own else 0)


def _said(row: ApprovalRule | None) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in OF_BRAND} if row else {}
    return {name: value for name, value in said.items() if value is not None}


async def _store(
    tx: AsyncSession, actor: Actor, target: Brand | Channel, values: Mapping[str, Any], *, version: int
) -> None:
    row = await row_to_change(tx, ApprovalRule, target, version)
    before = _said(row)
    for name, value in values.items():
        setattr(row, name, value)
    after = _said(row)
    if after != before:
        await store_row(
            tx, actor, target, row, "approval.changed", version=version, before=before, after=after
        )
