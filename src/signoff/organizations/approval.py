"""What a brand asks for before a post is approved, and what one of its channels asks for in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.kernel.errors import Invalid, VersionChanged
from signoff.kernel.ids import BrandId, ChannelId
from signoff.kernel.people import Actor, May
from signoff.organizations.lookup import find_brand, find_channel
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


@dataclass(frozen=True, slots=True)
class ApprovalRules:
    """What is set for a brand or a channel, and what holds there in the end."""

    brand: Brand
    channel: Channel | None
    own: Mapping[str, Any]
    """What is set here, by field."""
    in_force: Mapping[str, Any]
    """Every field; where the channel says nothing, the brand's."""
    version: int
    """Grows with every change; 0: nothing was ever set."""


async def brand_approval(runtime: Runtime, actor: Actor, brand_id: BrandId) -> ApprovalRules:
    """Raises NotFound: not there, removed, or another organization's."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        return await _rules(tx, await find_brand(tx, actor, brand_id), None)


async def channel_approval(runtime: Runtime, actor: Actor, channel_id: ChannelId) -> ApprovalRules:
    """Raises NotFound: not there, removed, or another organization's."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        channel = await find_channel(tx, actor, channel_id)
        return await _rules(tx, await find_brand(tx, actor, channel.brand_id), channel)


async def approval_on_channels(
    runtime: Runtime, actor: Actor, brand_id: BrandId, channels: Sequence[Channel]
) -> dict[ChannelId, ApprovalRules]:
    """Give the rules of several of a brand's channels, read together.

    Raises:
        NotFound: The brand isn't there, is removed, or another organization's.
    """
    actor.need(May.READ)
    own = select(ApprovalRule).where(ApprovalRule.channel_id.in_([channel.id for channel in channels]))
    async with runtime.transaction(actor.organization_id) as tx:
        brand = await find_brand(tx, actor, brand_id)
        of_brand = await _row(tx, brand)
        rows = {row.channel_id: row for row in await tx.scalars(own)}
    return {channel.id: _held(brand, channel, of_brand, rows.get(channel.id)) for channel in channels}


async def set_brand_approval(
    runtime: Runtime, actor: Actor, brand_id: BrandId, given: Mapping[str, Any], *, version: int
) -> ApprovalRules:
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
) -> ApprovalRules:
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


async def _rules(tx: AsyncSession, brand: Brand, channel: Channel | None) -> ApprovalRules:
    of_brand = await _row(tx, brand)
    return _held(brand, channel, of_brand, await _row(tx, channel) if channel else of_brand)


def _held(
    brand: Brand, channel: Channel | None, of_brand: ApprovalRule | None, own: ApprovalRule | None
) -> ApprovalRules:
    held = {**_DEFAULTS, **_said(of_brand), **_said(own)}
    return ApprovalRules(brand, channel, _said(own), held, own.version if own else 0)


async def _row(tx: AsyncSession, target: Brand | Channel, *, for_update: bool = False) -> ApprovalRule | None:
    column = ApprovalRule.brand_id if isinstance(target, Brand) else ApprovalRule.channel_id
    query = select(ApprovalRule).where(column == target.id).execution_options(populate_existing=True)
    row: ApprovalRule | None = await tx.scalar(query.with_for_update() if for_update else query)
    return row


def _said(row: ApprovalRule | None) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in OF_BRAND} if row else {}
    return {name: value for name, value in said.items() if value is not None}


async def _store(
    tx: AsyncSession, actor: Actor, target: Brand | Channel, values: Mapping[str, Any], *, version: int
) -> None:
    row = await _row(tx, target, for_update=True)
    if version != (row.version if row else 0):
        raise _changed_meanwhile()
    before = _said(row)
    row = row or _new(target)
    for name, value in values.items():
        setattr(row, name, value)
    after = _said(row)
    if after == before:
        return
    row.version = version + 1
    try:
        async with tx.begin_nested():
            tx.add(row)
    except IntegrityError as problem:
        if "approval_of_" in str(problem):
            raise _changed_meanwhile() from problem
        raise
    kind = "brand" if isinstance(target, Brand) else "channel"
    chain.record(tx, actor, "approval.changed", (kind, target.id), before=before, after=after)


def _new(target: Brand | Channel) -> ApprovalRule:
    if isinstance(target, Brand):
        return ApprovalRule(organization_id=target.organization_id, brand_id=target.id)
    return ApprovalRule(organization_id=target.organization_id, channel_id=target.id)


def _changed_meanwhile() -> VersionChanged:
    return VersionChanged(
        "Somebody set these rules meanwhile.", next_step="Reload and make your changes again."
    )
