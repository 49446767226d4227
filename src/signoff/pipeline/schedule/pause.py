"""The switches: hold everything, an organization, a brand or a channel. `resume` lets it go again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from signoff.kernel.ids import PauseId, new_id
from signoff.kernel.notes import checked_note
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.queries import base, delivery_views
from signoff.records.deliveries.views import DeliveryView
from signoff.records.models import Delivery, Pause
from signoff.records.states import DeliveryState, OnResume
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime

SCOPES = ("global", "organization", "brand", "channel")


@dataclass(frozen=True, slots=True)
class Paused:
    """A pause that holds from now on; what a worker already had in hand may still appear."""

    pause: Pause
    on_their_way: Sequence[DeliveryView]


async def pause(
    runtime: Runtime,
    actor: Actor,
    scope: str,
    target_id: UUID | None,
    *,
    reason: str,
    on_resume: OnResume = OnResume.PUBLISH,
) -> Paused:
    """Hold deliveries; those due meanwhile wait and say so.

    Args:
        runtime: What use cases need.
        actor: Who holds them.
        scope: global, organization, brand or channel.
        target_id: The brand or channel; None for the others.
        reason: Read by everybody else on every page.
        on_resume: What becomes of what is overdue when it ends; who resumes may choose otherwise.

    Raises:
        NotAllowed: The role may not pause; for "global": not an operator of this installation.
        NotFound: There is no such brand or channel.
        WrongState: It is paused already.
        Invalid: The scope is unknown, or the reason is missing or too long.
    """
    check_switch(actor, scope, target_id)
    reason = checked_note(reason, "reason")
    if not reason:
        raise Invalid("Say why: the others read it on every page.", field="reason")
    row = Pause(
        id=PauseId(new_id()),
        organization_id=None if scope == "global" else actor.organization_id,
        scope=scope,
        target_id=target_id,
        reason=reason,
        on_resume=on_resume,
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


def check_switch(actor: Actor, scope: str, target_id: UUID | None) -> None:
    """Raise unless the actor may turn this switch, and it is one."""
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


def _record(tx: AsyncSession, actor: Actor, action: str, row: Pause) -> None:
    after = {"scope": row.scope, "reason": row.reason, "on_resume": str(row.on_resume)}
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
