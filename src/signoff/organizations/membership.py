"""Changing and ending memberships. Only owners manage owners, and one always remains."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import now_sql
from signoff.kernel.errors import Invalid, NotFound, VersionChanged, WrongState
from signoff.kernel.ids import BrandId
from signoff.kernel.people import Actor, May, Role
from signoff.organizations.members import Member, read_members
from signoff.organizations.people import is_unlimited
from signoff.records.access import ApiToken, Session
from signoff.records.tenants import IS_MEMBER, Brand, Membership
from signoff.runtime import Runtime


async def change_role(
    runtime: Runtime, actor: Actor, membership_id: UUID, role: Role, version: int
) -> Member:
    """Give a member another role; it counts from their next request on. Admins and owners see all brands.

    Raises:
        NotFound: Not a member.
        NotAllowed: An owner is concerned, and the actor isn't one.
        WrongState: It is the last owner.
        VersionChanged: Somebody changed the membership meanwhile.
    """
    actor.need(May.MANAGE_MEMBERS)
    async with runtime.transaction(actor.organization_id) as tx:
        membership = await _lock(tx, actor, membership_id)
        _need_version(membership, version)
        need_owner_for(actor, membership.role, role)
        if role.rank >= Role.ADMIN.rank:
            await set_brands(tx, actor, membership, None)
        await set_role(tx, actor, membership, role)
        return (await read_members(tx, actor, membership_id=membership_id))[0]


async def change_brands(
    runtime: Runtime, actor: Actor, membership_id: UUID, brand_ids: Sequence[BrandId] | None, version: int
) -> Member:
    """Say which brands a member sees; None: all. It counts from their next request on.

    Raises:
        NotFound: Not a member.
        Invalid: An unknown brand, none at all, or somebody who manages and therefore sees all.
        VersionChanged: Somebody changed the membership meanwhile.
    """
    actor.need(May.MANAGE_MEMBERS)
    async with runtime.transaction(actor.organization_id) as tx:
        membership = await _lock(tx, actor, membership_id)
        _need_version(membership, version)
        need_owner_for(actor, membership.role)
        await set_brands(tx, actor, membership, await checked_brands(tx, actor, membership.role, brand_ids))
        return (await read_members(tx, actor, membership_id=membership_id))[0]


async def checked_brands(
    tx: AsyncSession, actor: Actor, role: Role, brand_ids: Sequence[BrandId] | None
) -> list[BrandId] | None:
    """Give the brands that somebody of this role is to see.

    Raises:
        Invalid: An unknown brand, none at all, or a role that sees all.
    """
    if brand_ids is None:
        return None
    if role.rank >= Role.ADMIN.rank:
        raise Invalid(f"An {role} sees all brands.", field="brands", next_step="Choose another role.")
    chosen = sorted(set(brand_ids))
    known = await tx.scalars(
        select(Brand.id).where(
            Brand.organization_id == actor.organization_id, Brand.id.in_(chosen), Brand.removed_at.is_(None)
        )
    )
    if not chosen or set(known) != set(chosen):
        raise Invalid(
            "Choose at least one brand of this organization.",
            field="brands",
            next_step="Tick the brands they are to see, or all of them.",
        )
    return chosen


async def set_brands(
    tx: AsyncSession, actor: Actor, membership: Membership, brand_ids: list[BrandId] | None
) -> None:
    """Change what a locked membership sees."""
    before = membership.brand_ids
    if before == brand_ids:
        return
    membership.brand_ids, membership.version = brand_ids, membership.version + 1
    await tx.flush()
    chain.record(
        tx,
        actor,
        "member.brands_changed",
        ("person", membership.person_id),
        before={"brands": _told(before)},
        after={"brands": _told(brand_ids)},
    )


def _told(brand_ids: Sequence[BrandId] | None) -> list[str] | str:
    return "all" if brand_ids is None else [str(each) for each in brand_ids]


def _need_version(membership: Membership, version: int) -> None:
    if membership.version != version:
        raise VersionChanged(
            "Somebody changed this member meanwhile.",
            next_step="Reload and try again.",
            version=membership.version,
        )


async def set_role(tx: AsyncSession, actor: Actor, membership: Membership, role: Role) -> None:
    """Change the role of a locked membership, unless it is the last owner's."""
    if role is membership.role:
        return
    if membership.role is Role.OWNER:
        await _need_another_owner(tx, membership)
    before = membership.role
    membership.role, membership.version = role, membership.version + 1
    await tx.flush()
    chain.record(
        tx,
        actor,
        "member.role_changed",
        ("person", membership.person_id),
        before={"role": str(before)},
        after={"role": str(role)},
    )


async def remove_member(runtime: Runtime, actor: Actor, membership_id: UUID) -> None:
    """End a membership; sessions and tokens in this organization stop working at once.

    What they decided stays on record; approvals of theirs that wait for others count no more. Anybody may
    leave. A token with limited scopes needs the one for managing members even for that.

    Raises:
        NotFound: Not a member.
        NotAllowed: An owner is concerned, and the actor isn't one.
        WrongState: It is the last owner.
    """
    async with runtime.transaction(actor.organization_id) as tx:
        membership = await _lock(tx, actor, membership_id)
        if membership.person_id != actor.person_id or not is_unlimited(actor):
            actor.need(May.MANAGE_MEMBERS)
            need_owner_for(actor, membership.role)
        if membership.role is Role.OWNER:
            await _need_another_owner(tx, membership)
        await tx.execute(
            update(Membership).where(Membership.id == membership.id).values(removed_at=now_sql())
        )
        await _shut_out(tx, membership)
        chain.record(
            tx,
            actor,
            "member.removed",
            ("person", membership.person_id),
            before={"role": str(membership.role)},
        )


def need_owner_for(actor: Actor, *roles: Role) -> None:
    """Raises NotAllowed when an owner's role is concerned and the actor isn't an owner."""
    if Role.OWNER in roles:
        actor.need(May.MANAGE_OWNERS)


async def _lock(tx: AsyncSession, actor: Actor, membership_id: UUID) -> Membership:
    query = select(Membership).where(
        Membership.id == membership_id,
        Membership.organization_id == actor.organization_id,
        Membership.removed_at.is_(None),
    )
    # Owners are locked with it, in order of id: two who demote each other at the same time must take turns.
    owners = select(Membership.id).where(
        Membership.organization_id == actor.organization_id, Membership.role == Role.OWNER
    )
    await tx.execute(owners.order_by(Membership.id).with_for_update())
    membership: Membership | None = await tx.scalar(query.with_for_update())
    if membership is None:
        raise NotFound("There is no such member.")
    return membership


async def _need_another_owner(tx: AsyncSession, membership: Membership) -> None:
    others = await tx.scalar(
        select(func.count()).where(
            Membership.organization_id == membership.organization_id,
            Membership.role == Role.OWNER,
            IS_MEMBER,
            Membership.id != membership.id,
        )
    )
    if not others:
        raise WrongState(
            "An organization keeps at least one owner, and this is the last one.",
            next_step="Make somebody else an owner first.",
        )


async def _shut_out(tx: AsyncSession, membership: Membership) -> None:
    for kind in (Session, ApiToken):
        of_member = (
            kind.person_id == membership.person_id,
            kind.organization_id == membership.organization_id,
        )
        await tx.execute(
            update(kind).where(*of_member, kind.revoked_at.is_(None)).values(revoked_at=now_sql())
        )
