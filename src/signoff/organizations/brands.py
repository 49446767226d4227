"""Brands: the businesses that posts are published for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from signoff.audit import chain
from signoff.db.clock import database_now
from signoff.kernel.errors import VersionChanged, WrongState
from signoff.kernel.ids import BrandId
from signoff.kernel.people import Actor, May
from signoff.organizations.brand_fields import checked
from signoff.organizations.channels.remove import lock_for_removal, take_out_of_service
from signoff.organizations.lookup import find_brand
from signoff.records.models import Delivery
from signoff.records.pages import Page, has_words, page_by_name
from signoff.records.planning.zones import keep_local_times
from signoff.records.states import OPEN
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime


@dataclass(frozen=True, slots=True)
class BrandDraft:
    """What makes a brand. `hours`: [{"days": "Mo-Fr,Su", "opens": "09:00", "closes": "18:00"}]."""

    name: str
    time_zone: str
    website: str = ""
    category: str = ""
    telephone: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    hours: Sequence[Mapping[str, str]] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    color: str = ""
    late_window_s: int = 3600
    late_policy: str = "ask"


@dataclass(frozen=True, slots=True)
class BrandChanges:
    """What shall be different; None stays as it is."""

    name: str | None = None
    time_zone: str | None = None
    website: str | None = None
    category: str | None = None
    telephone: str | None = None
    address: Mapping[str, str] | None = None
    hours: Sequence[Mapping[str, str]] | None = None
    facts: Mapping[str, Any] | None = None
    color: str | None = None
    late_window_s: int | None = None
    late_policy: str | None = None


async def list_brands(runtime: Runtime, actor: Actor) -> list[Brand]:
    """Give all the organization's brands by name, to choose from."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        return list(await tx.scalars(_by_name(actor)))


async def page_of_brands(
    runtime: Runtime, actor: Actor, *, search: str = "", cursor: str | None = None, limit: int = 50
) -> Page[Brand]:
    """Give some of the organization's brands, by name; with `search` those that have it in their name.

    Raises:
        Invalid: Unknown cursor or limit.
    """
    actor.need(May.READ)
    query = _present(actor).where(has_words(search, Brand.name)) if search.strip() else _present(actor)
    async with runtime.transaction(actor.organization_id) as tx:
        return await page_by_name(tx, query, Brand, cursor=cursor, limit=limit)


async def read_brand_names(tx: AsyncSession, actor: Actor) -> list[Brand]:
    """Give all inside an open transaction; address, hours and facts, slow to unpack, are left out."""
    actor.need(May.READ)
    packed = [defer(each, raiseload=True) for each in (Brand.address, Brand.hours, Brand.facts)]
    return list(await tx.scalars(_by_name(actor).options(*packed)))


def _by_name(actor: Actor) -> Select[Brand]:
    return _present(actor).order_by(func.lower(Brand.name), Brand.id)


def _present(actor: Actor) -> Select[Brand]:
    return select(Brand).where(Brand.organization_id == actor.organization_id, Brand.removed_at.is_(None))


async def get_brand(runtime: Runtime, actor: Actor, brand_id: BrandId) -> Brand:
    """Raises NotFound: not there, removed, or another organization's."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        return await find_brand(tx, actor, brand_id)


async def create_brand(runtime: Runtime, actor: Actor, draft: BrandDraft) -> Brand:
    """Add a brand.

    Raises:
        Invalid: A field is wrong; `errors` names it.
    """
    actor.need(May.MANAGE_BRANDS)
    values = checked(asdict(draft))
    async with runtime.transaction(actor.organization_id) as tx:
        brand = Brand(organization_id=actor.organization_id, **values)
        tx.add(brand)
        await tx.flush()
        chain.record(tx, actor, "brand.created", ("brand", brand.id), after=_said(values))
        return brand


async def change_brand(
    runtime: Runtime, actor: Actor, brand_id: BrandId, changes: BrandChanges, *, version: int
) -> Brand:
    """Change a brand. With its zone, what is scheduled moves to the moments of the chosen local times.

    Raises:
        NotFound: Not there.
        VersionChanged: Somebody saved a newer version.
        Invalid: A field is wrong; `errors` names it.
    """
    actor.need(May.MANAGE_BRANDS)
    values = checked({name: value for name, value in asdict(changes).items() if value is not None})
    async with runtime.transaction(actor.organization_id) as tx:
        brand = await find_brand(tx, actor, brand_id, for_update=True)
        if brand.version != version:
            raise _changed_meanwhile(brand)
        before = {name: getattr(brand, name) for name in values}
        if before == values:
            return brand
        for name, value in values.items():
            setattr(brand, name, value)
        brand.version += 1
        await tx.flush()
        if before.get("time_zone", brand.time_zone) != brand.time_zone:
            why = f"The brand's clock is that of {brand.time_zone} now; the local time stays."
            await keep_local_times(tx, actor, brand, why)
        chain.record(
            tx, actor, "brand.changed", ("brand", brand_id), before=_said(before), after=_said(values)
        )
        return brand


def _changed_meanwhile(brand: Brand) -> VersionChanged:
    return VersionChanged(
        "Somebody saved this brand meanwhile.",
        next_step="Reload and make your changes again.",
        version=brand.version,
    )


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    # The facts ledger is free JSON and may hold floats, which the audit's canonical form doesn't take.
    return {name: value for name, value in values.items() if name != "facts"}


async def remove_brand(
    runtime: Runtime, actor: Actor, brand_id: BrandId, *, version: int | None = None
) -> None:
    """Remove a brand with its channels, in the version looked at. What was published stays on record.

    Raises:
        NotFound: Not there.
        VersionChanged: Somebody saved a newer version.
        WrongState: Deliveries are on their way; says how many.
    """
    actor.need(May.MANAGE_BRANDS)
    async with runtime.transaction(actor.organization_id) as tx:
        brand = await find_brand(tx, actor, brand_id, for_update=True)
        if version is not None and brand.version != version:
            raise _changed_meanwhile(brand)
        if still_open := await _open_deliveries(tx, brand_id):
            raise WrongState(
                f"{still_open} deliveries of {brand.name} aren't finished.",
                next_step="Cancel them or wait for them, then remove the brand.",
                open_deliveries=still_open,
            )
        channels = select(Channel).where(Channel.brand_id == brand_id, Channel.removed_at.is_(None))
        await lock_for_removal(tx, *[channel.id for channel in await tx.scalars(channels)])
        locked = channels.order_by(Channel.id).with_for_update()
        for channel in await tx.scalars(locked.execution_options(populate_existing=True)):
            await take_out_of_service(tx, actor, channel)
        brand.removed_at, brand.version = await database_now(tx), brand.version + 1
        await tx.flush()
        chain.record(tx, actor, "brand.removed", ("brand", brand_id), before={"name": brand.name})


async def _open_deliveries(tx: AsyncSession, brand_id: BrandId) -> int:
    query = select(func.count()).where(Delivery.brand_id == brand_id, Delivery.state.in_(OPEN))
    return await tx.scalar(query) or 0
