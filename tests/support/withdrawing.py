"""The ways in which people take back what they approved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from signoff.kernel.people import Actor
from signoff.organizations.channels import remove_channel
from signoff.pipeline.review.archive import archive
from signoff.pipeline.review.decide import Decided, decide
from signoff.pipeline.schedule.change import cancel
from signoff.records.models import Delivery
from signoff.records.states import Verdict
from signoff.runtime import Runtime
from tests.support.posts import seen

Withdraw = Callable[[Runtime, Actor, Delivery], Awaitable[object]]


async def request_changes(runtime: Runtime, actor: Actor, delivery: Delivery) -> Decided:
    fingerprint = await seen(runtime, actor, delivery.post_id)
    return await decide(
        runtime,
        actor,
        delivery.post_id,
        Verdict.REQUEST_CHANGES,
        seen=fingerprint,
        comment="The price is wrong.",
    )


async def archived(runtime: Runtime, actor: Actor, delivery: Delivery) -> object:
    return await archive(runtime, actor, delivery.post_id, reason="Not any more.")


async def cancelled(runtime: Runtime, actor: Actor, delivery: Delivery) -> object:
    return await cancel(runtime, actor, delivery.id, reason="Not today.")


async def channel_removed(runtime: Runtime, actor: Actor, delivery: Delivery) -> object:
    return await remove_channel(runtime, actor, delivery.channel_id)


WITHDRAWALS: Final = (request_changes, archived, cancelled, channel_removed)
