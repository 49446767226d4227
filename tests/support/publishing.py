"""Deliveries whose time has come, and what became of them."""

from __future__ import annotations

from datetime import timedelta

from signoff.kernel.people import Actor
from signoff.pipeline.publish.claim import claim
from signoff.records.alerts.notices import open_alerts
from signoff.records.deliveries.leases import Lease
from signoff.records.deliveries.queries import get_delivery
from signoff.records.deliveries.views import DeliveryDetail
from signoff.records.models import Delivery
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.posts import scheduled


async def due(runtime: Runtime, actor: Actor, channel: Channel, clock: ShiftableClock) -> Delivery:
    """An approved post's delivery, whose time has just come."""
    delivery = await scheduled(runtime, actor, channel, due_in=timedelta(hours=1))
    clock.advance(timedelta(hours=1, seconds=1))
    return delivery


async def claimed(
    runtime: Runtime, actor: Actor, channel: Channel, clock: ShiftableClock
) -> tuple[Delivery, Lease]:
    """A due delivery, and the lease of the worker that took it."""
    delivery = await due(runtime, actor, channel, clock)
    (lease,) = await claim(runtime, "first worker", 1)
    return delivery, lease


async def detail(runtime: Runtime, actor: Actor, delivery: Delivery) -> DeliveryDetail:
    """Everything on record about a delivery, as its page shows it."""
    return await get_delivery(runtime, actor, delivery.id)


async def row(runtime: Runtime, actor: Actor, delivery: Delivery) -> Delivery:
    """The delivery as it is now."""
    return (await detail(runtime, actor, delivery)).view.delivery


async def later(worker: Worker, clock: ShiftableClock, **passed: float) -> None:
    """Let time pass, `seconds=40` or `minutes=2`, then let the worker do what is due."""
    clock.advance(timedelta(**passed))
    await worker.run_until_idle()


async def alerts(runtime: Runtime, actor: Actor) -> list[str]:
    """The titles of the alerts that stand."""
    return [alert.title for alert in await open_alerts(runtime, actor)]
