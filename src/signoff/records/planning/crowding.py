"""Warning of a moment that is full already: by the channel's cadence, or by what its platform takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.cadence import DAY, Plan
from signoff.kernel.day_budget import DayBudget
from signoff.records.deliveries.views import DeliveryView
from signoff.records.planning.cadence import SEARCHED, plan_of, taken_between
from signoff.records.planning.crowded import Crowded
from signoff.records.planning.full_days import Limit, day_budgets
from signoff.records.states import DeliveryState, PublishMode
from signoff.runtime import Runtime


async def with_warnings(
    runtime: Runtime, tx: AsyncSession, views: Sequence[DeliveryView]
) -> list[DeliveryView]:
    """Say of deliveries that were just given a moment where that is full. It is no reason to refuse it."""
    return [replace(view, crowded=await _crowded(runtime, tx, view)) for view in views]


async def _crowded(runtime: Runtime, tx: AsyncSession, view: DeliveryView) -> list[Crowded]:
    delivery, channel = view.delivery, view.channel
    if delivery.state is not DeliveryState.SCHEDULED:
        return []
    plan = await plan_of(tx, channel, delivery.due_at, leave_out=delivery.id)
    budget = await _budget(runtime, tx, view)
    return [
        Crowded(limit, channel.name, planned, most, _next_free(plan, budget, delivery.due_at))
        for limit, planned, most in _full(plan, budget, delivery.due_at)
    ]


async def _budget(runtime: Runtime, tx: AsyncSession, view: DeliveryView) -> DayBudget | None:
    """Give what the platform takes of our posts; what people publish in its own app it counts elsewhere."""
    key, delivery = view.channel.account_key, view.delivery
    most = (await day_budgets(runtime, tx, [view.channel])).get(key)
    if most is None or delivery.publish_mode is PublishMode.MANUAL:
        return None
    stretch = (delivery.due_at - 2 * DAY, delivery.due_at + SEARCHED)
    organization_id = delivery.organization_id
    taken = await taken_between(tx, organization_id, [key], stretch, leave_out=delivery.id)
    return DayBudget(most, taken[key])


def _full(plan: Plan, budget: DayBudget | None, at: datetime) -> Iterator[tuple[Limit, int, int]]:
    most, day = plan.cadence.max_per_day, at.astimezone(plan.where).date()
    planned = sum(other.astimezone(plan.where).date() == day for other in plan.taken)
    if most is not None and planned >= most:
        yield Limit.MAX_PER_DAY, planned, most
    if budget and not budget.has_room(at):
        yield Limit.POSTS_IN_24_HOURS, budget.planned_around(at), budget.most


def _next_free(plan: Plan, budget: DayBudget | None, at: datetime) -> datetime | None:
    last = at + SEARCHED
    while found := plan.next_moment(at, until=last):
        free = budget.free_from(found.at) if budget else found.at
        if free == found.at:
            return free
        at = free
    return None
