"""The switches: hold everything, an organization, a brand or a channel, and let it go again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now
from signoff.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from signoff.kernel.ids import PauseId, new_id
from signoff.kernel.notes import checked_note
from signoff.kernel.people import Actor, May
from signoff.records.delivery_queries import base, delivery_views
from signoff.records.models import Delivery, Pause
from signoff.records.placement import wake_workers
from signoff.records.states import DeliveryState
from signoff.records.tenants import Brand, Channel
from signoff.records.views import DeliveryView
from signoff.runtime import Runtime

SCOPES = ("global", "organization", "brand", "channel")


@dataclass(frozen=True, slots=True)
class Paused:
    """A pause that holds from now on; what a worker already had in hand may still appear."""

    pause: Pause
    on_their_way: Sequence[DeliveryView]


@dataclass(frozen=True, slots=True)
class Resumed:
    """A pause that was lifted; `released` deliveries were overdue and go out now."""

    released: int


async def pause(runtime: Runtime, actor: Actor, scope: str, target_id: UUID | None, *, reason: str) -> Paused:
    """Hold deliveries; those due meanwhile wait and say so.

    Args:
        runtime: What use cases need.
        actor: Who holds them.
        scope: global, organization, brand or channel.
        target_id: The brand or channel; None for the others.
        reason: Read by everybody else on every page.

    Raises:
        NotAllowed: The role may not pause; for "global": not an operator of this installation.
        NotFound: There is no such brand or channel.
        WrongState: It is paused already.
        Invalid: The scope is unknown, or the reason is missing or too long.
    """
    _check(actor, scope, target_id)
    reason = checked_note(reason, "reason")
    if not reason:
        raise Invalid("Say why: the others read it on every page.", field="reason")
    row = Pause(
        id=PauseId(new_id()),
        organization_id=None if scope == "global" else actor.organization_id,
        scope=scope,
        target_id=target_id,
        reason=reason,
        created_by=actor.person_id,
    )
    await _store(runtime, actor, row)
    # Read after the commit: what got its intent before the pause is then visible.
    async with runtime.transaction(actor.organization_id) as tx:
        return Paused(row, await _on_their_way(tx, scope, target_id))


async def _store(runtime: Runtime, actor: Actor, row: Pause) -> None:
    opened = (
        runtime.worker_transaction() if row.scope == "global" else runtime.transaction(actor.organization_id)
    )
    async with opened as tx:
        await _check_target(tx, actor, row.scope, row.target_id)
        try:
            async with tx.begin_nested():
                tx.add(row)
        except IntegrityError as problem:
            if "one_open_pause" in str(problem):
                raise WrongState(
                    "It is paused already.", next_step="Resume it, or pause something else."
                ) from problem
            raise
        await tx.refresh(row)
        _record(tx, actor, "pause.start", row)


async def resume(runtime: Runtime, actor: Actor, scope: str, target_id: UUID | None) -> Resumed:
    """Let deliveries go again; overdue ones go out at once.

    Raises:
        NotAllowed: The role may not pause; for "global": not an operator of this installation.
        WrongState: It isn't paused.
    """
    _check(actor, scope, target_id)
    opened = runtime.worker_transaction() if scope == "global" else runtime.transaction(actor.organization_id)
    async with opened as tx:
        row = await tx.scalar(_open_pause(actor, scope, target_id).with_for_update())
        if row is None:
            raise WrongState("It isn't paused.", next_step="Reload to see what is.")
        row.resumed_at, row.resumed_by = await database_now(tx), actor.person_id
        await tx.flush()
        _record(tx, actor, "pause.end", row)
        await wake_workers(tx)
        overdue = select(func.count()).where(
            Delivery.state == DeliveryState.SCHEDULED,
            Delivery.claimable_at <= func.signoff_now(),
            _covered(scope, target_id),
        )
        return Resumed(await tx.scalar(overdue) or 0)


def _check(actor: Actor, scope: str, target_id: UUID | None) -> None:
    actor.need(May.PAUSE)
    if scope not in SCOPES:
        raise Invalid(f"Pauses hold {', '.join(SCOPES)}, not “{scope}”.", field="scope")
    if (scope in {"brand", "channel"}) != (target_id is not None):
        raise Invalid("Say which brand or channel.", field="id")
    if scope == "global" and not actor.is_operator:
        raise NotAllowed(
            "Only an operator of this installation pauses everything.",
            next_step="Pause your organization instead.",
        )
    if scope == "organization":
        actor.need(May.MANAGE_BRANDS)


async def _check_target(tx: AsyncSession, actor: Actor, scope: str, target_id: UUID | None) -> None:
    table: Any = {"brand": Brand, "channel": Channel}.get(scope)
    if table is None:
        return
    found = await tx.get(table, target_id)
    if found is None or found.organization_id != actor.organization_id:
        raise NotFound(f"There is no such {scope}.")


def _open_pause(actor: Actor, scope: str, target_id: UUID | None) -> Select[Pause]:
    query = select(Pause).where(Pause.scope == scope, Pause.resumed_at.is_(None))
    if scope == "global":
        return query
    query = query.where(Pause.organization_id == actor.organization_id)
    return query.where(Pause.target_id == target_id) if target_id else query


def _record(tx: AsyncSession, actor: Actor, action: str, row: Pause) -> None:
    after = {"scope": row.scope, "reason": row.reason}
    if row.target_id:
        after["target_id"] = str(row.target_id)
    chain.record(tx, actor, action, ("pause", row.id), after=after)


def _covered(scope: str, target_id: UUID | None) -> ColumnElement[bool]:
    if scope == "brand":
        return Delivery.brand_id == target_id
    if scope == "channel":
        return Delivery.channel_id == target_id
    return true()


async def _on_their_way(tx: AsyncSession, scope: str, target_id: UUID | None) -> list[DeliveryView]:
    held = [DeliveryState.PUBLISHING, DeliveryState.UNKNOWN]
    query = (
        base()
        .where(Delivery.state.in_(held), _covered(scope, target_id))
        .order_by(Delivery.due_at)
        .limit(100)
    )
    return await delivery_views(tx, query)
