"""Letting deliveries go again: first a review of what is overdue, then the rule for it, then the switch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NoReturn
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now
from signoff.db.session import all_brands
from signoff.kernel.errors import WrongState
from signoff.kernel.ids import OrganizationId
from signoff.kernel.people import Actor, May, worker_actor
from signoff.pipeline.schedule.overdue_rule import Fate, Step, follow, overdue
from signoff.pipeline.schedule.pause import check_switch
from signoff.records.deliveries.queries import views_of
from signoff.records.deliveries.views import DeliveryView
from signoff.records.models import Delivery, Pause
from signoff.records.planning.placement import wake_workers
from signoff.records.states import OnResume
from signoff.runtime import Runtime

SHOWN: Final = 500
"""So many overdue deliveries are listed at most; the rule holds for all."""


_ALSO_NEEDS: Final[Mapping[OnResume, May]] = {
    OnResume.PUBLISH: May.OPERATE,
    OnResume.RESCHEDULE: May.SCHEDULE,
}
"""What somebody must be allowed beside pausing, by what the rule does with deliveries."""


@dataclass(frozen=True, slots=True)
class Becoming:
    """An overdue delivery, and what the rule does with it."""

    view: DeliveryView
    fate: Fate
    at: datetime | None
    """When it goes out; None: it doesn't, for now."""


@dataclass(frozen=True, slots=True)
class Review:
    """What would become of everything overdue if the pause ended now. Nothing was changed."""

    pause: Pause
    rule: OnResume
    becoming: Sequence[Becoming]
    """Of the viewer's own organization."""
    more: int
    """How many others there are, not listed."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """A pause that was lifted, and what became of what was overdue."""

    rule: OnResume
    becoming: Sequence[Becoming]
    released: int
    """How many go out by themselves, listed or not."""


async def review_resume(
    runtime: Runtime, actor: Actor, scope: str, target_id: UUID | None, rule: OnResume | None = None
) -> Review:
    """Tell what resuming would do with each overdue delivery; without a rule, with the pause's own.

    Raises:
        NotAllowed: The role may not pause; for "global": not an operator of this installation.
        WrongState: It isn't paused.
    """
    check_switch(actor, scope, target_id)
    try:
        async with runtime.transaction(actor.organization_id) as tx:
            row = _need(await tx.scalar(_open_pause(actor, scope, target_id)))
            await _try_out(tx, actor, row, rule or row.on_resume, _covered(scope, target_id))
    except _TakenBack as taken_back:
        tried = taken_back
    async with runtime.transaction(actor.organization_id) as tx:
        pause = await tx.get_one(Pause, tried.pause_id)
        return Review(pause, tried.rule, await _shown(tx, tried.steps), max(0, len(tried.steps) - SHOWN))


async def _try_out(
    tx: AsyncSession, actor: Actor, row: Pause, rule: OnResume, covered: ColumnElement[bool]
) -> NoReturn:
    """Carry the rule out and take it back, so that the review tells exactly what would happen."""
    raise _TakenBack(row, rule, await follow(tx, actor, rule, covered, row.id))


class _TakenBack(Exception):
    """What following the rule led to."""

    def __init__(self, pause: Pause, rule: OnResume, steps: list[Step]) -> None:
        super().__init__()
        self.pause_id, self.rule, self.steps = pause.id, rule, steps


async def resume(
    runtime: Runtime, actor: Actor, scope: str, target_id: UUID | None, rule: OnResume | None = None
) -> Resumed:
    """Let deliveries go again. What is overdue follows the rule; without one, the one chosen when pausing.

    Raises:
        NotAllowed: The role may not pause; for "global": not an operator of this installation. Or a token may
            pause, and not do what the rule does.
        WrongState: It isn't paused.
    """
    check_switch(actor, scope, target_id)
    is_global = scope == "global"
    opened = runtime.worker_transaction() if is_global else runtime.transaction(actor.organization_id)
    async with opened as tx:
        # Who resumes at the same time waits here, and then reads that it isn't paused.
        row = _need(await tx.scalar(_open_pause(actor, scope, target_id).with_for_update()))
        chosen, covered = rule or row.on_resume, _covered(scope, target_id)
        if chosen in _ALSO_NEEDS:
            actor.need(_ALSO_NEEDS[chosen])
        if is_global:
            steps, elsewhere = await _follow_everywhere(runtime, tx, actor, chosen, row)
        else:
            steps, elsewhere = await follow(tx, actor, chosen, covered, row.id), 0
        row.resumed_at, row.resumed_by = await database_now(tx), actor.person_id
        await tx.flush()
        fates = {str(fate): count for fate in Fate if (count := sum(step.fate is fate for step in steps))}
        after = {"scope": row.scope, "reason": row.reason, "rule": str(chosen), **fates}
        if row.target_id:
            after["target_id"] = str(row.target_id)
        chain.record(tx, actor, "pause.end", ("pause", row.id), after=after)
        await wake_workers(tx)
    async with runtime.transaction(actor.organization_id) as tx:
        going = sum(step.fate is Fate.PUBLISH for step in steps) + elsewhere
        return Resumed(chosen, await _shown(tx, steps), going)


async def _follow_everywhere(
    runtime: Runtime, tx: AsyncSession, actor: Actor, rule: OnResume, row: Pause
) -> tuple[list[Step], int]:
    """Follow the rule organization by organization, each within its own walls, while all are still held."""
    own, elsewhere = list[Step](), 0
    for home in await _organizations(tx):
        is_own = home == actor.organization_id
        by = actor if is_own else replace(worker_actor(home), name="An operator")
        with all_brands():  # the pause held also those that this operator doesn't see
            async with runtime.transaction(home) as inner:
                steps = await follow(inner, by, rule, true(), row.id)
        if is_own:
            own = steps
        else:
            elsewhere += sum(step.fate is Fate.PUBLISH for step in steps)
    return own, elsewhere


async def _organizations(tx: AsyncSession) -> Sequence[OrganizationId]:
    query = select(Delivery.organization_id).where(overdue(true(), await database_now(tx))).distinct()
    return sorted((await tx.scalars(query)).all())


def _need(row: Pause | None) -> Pause:
    if row is None:
        raise WrongState("It isn't paused.", next_step="Reload to see what is.")
    return row


def _open_pause(actor: Actor, scope: str, target_id: UUID | None) -> Select[Pause]:
    query = select(Pause).where(Pause.scope == scope, Pause.resumed_at.is_(None))
    if scope == "global":
        return query
    query = query.where(Pause.organization_id == actor.organization_id)
    return query.where(Pause.target_id == target_id) if target_id else query


def _covered(scope: str, target_id: UUID | None) -> ColumnElement[bool]:
    if scope == "brand":
        return Delivery.brand_id == target_id
    if scope == "channel":
        return Delivery.channel_id == target_id
    return true()


async def _shown(tx: AsyncSession, steps: Sequence[Step]) -> list[Becoming]:
    listed = steps[:SHOWN]
    seen = {view.delivery.id: view for view in await views_of(tx, [step.delivery_id for step in listed])}
    return [
        Becoming(seen[step.delivery_id], step.fate, step.at) for step in listed if step.delivery_id in seen
    ]
