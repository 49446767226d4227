"""Quiet hours as a calendar shows them: whose they are, and by which clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from signoff.kernel.cadence import QuietHours
from signoff.kernel.people import Actor, May
from signoff.records.planning.cadence import rules_of_all
from signoff.records.planning.full_days import wanted_channels
from signoff.records.planning.plan import PlanFilter
from signoff.records.tenants import Channel
from signoff.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Quiet:
    """When a channel is silent, by its brand's clock; None: it has no quiet hours."""

    channel: Channel
    time_zone: str
    hours: QuietHours | None


async def quiet_hours(runtime: Runtime, actor: Actor, wanted: PlanFilter) -> Sequence[Quiet]:
    """Give the quiet hours in force on each channel that is wanted."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        rows = (await tx.execute(wanted_channels(actor, wanted))).all()
        rules = await rules_of_all(tx, [channel for channel, _ in rows])
    return [Quiet(channel, zone, rules[channel.id].quiet_hours) for channel, zone in rows]
