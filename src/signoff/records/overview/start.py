"""What the start page tells, read in one transaction: much of it is asked for at once, and by everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.ids import BrandId, PostId
from signoff.kernel.people import Actor, May
from signoff.records.overview.activity import Happened, read_activity
from signoff.records.overview.asking import (
    Answer,
    AskingDelivery,
    AskingPost,
    asking_deliveries,
    held_deliveries,
    idle_posts,
    last_answers,
    sent_back_posts,
    waiting_posts,
)
from signoff.records.overview.month import Month, read_month
from signoff.records.planning.outlook import Outlook, read_outlooks
from signoff.records.planning.plan import ChannelLine, Plan, PlanFilter, plan_between, read_channel_lines
from signoff.records.posts.approvals import ApprovalTimes, read_approval_times
from signoff.records.posts.discussion import Asked, read_unseen_mentions
from signoff.records.states import DeliveryState
from signoff.runtime import Runtime

SHOWN: Final = 5
"""Of what asks somebody, so many of one kind."""

_BACK: Final = timedelta(hours=2)
_AHEAD: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Requests:
    """What asks the actor for something, as far as their role lets them do it."""

    held: Sequence[AskingDelivery] = ()
    deliveries: Sequence[AskingDelivery] = ()
    mentions: Sequence[Asked] = ()
    reviews: Sequence[AskingPost] = ()
    has_more_reviews: bool = False
    sent_back: Sequence[AskingPost] = ()
    answers: Mapping[PostId, Answer] = field(default_factory=dict)
    """The last decision about each of those that were sent back."""
    idle: Sequence[AskingPost] = ()


@dataclass(frozen=True, slots=True)
class Start:
    """All of it."""

    requests: Requests
    plan: Plan
    """What is due from two hours ago until a day ahead."""
    channels: Sequence[ChannelLine]
    """By name; those that were removed as well."""
    happened: Sequence[Happened]
    month: Month
    approvals: ApprovalTimes | None
    outlooks: Mapping[BrandId, Outlook]


async def read_start(
    runtime: Runtime, actor: Actor, asking: Sequence[DeliveryState], zone_name: str, now: datetime
) -> Start:
    """Read it; `asking` are the states in which a delivery waits for a person, or may soon."""
    async with runtime.transaction(actor.organization_id) as tx:
        return Start(
            requests=await _requests(tx, actor, asking, now),
            plan=await plan_between(tx, actor, now - _BACK, now + _AHEAD, PlanFilter(), with_tray=False),
            channels=await read_channel_lines(tx, actor),
            happened=await read_activity(tx, actor),
            month=await read_month(tx, actor, zone_name),
            approvals=await read_approval_times(tx, actor),
            outlooks=await read_outlooks(tx, actor),
        )


async def _requests(
    tx: AsyncSession, actor: Actor, asking: Sequence[DeliveryState], now: datetime
) -> Requests:
    operates, writes = actor.may(May.OPERATE), actor.may(May.WRITE_POSTS)
    reviews, has_more = await waiting_posts(tx, actor) if actor.may(May.DECIDE) else ([], False)
    sent_back = await sent_back_posts(tx, actor, SHOWN) if writes else []
    return Requests(
        held=await held_deliveries(tx, actor, now) if operates else (),
        deliveries=await asking_deliveries(tx, actor, asking) if operates else (),
        mentions=await read_unseen_mentions(tx, actor),
        reviews=reviews,
        has_more_reviews=has_more,
        sent_back=sent_back,
        answers=await last_answers(tx, sent_back),
        idle=await idle_posts(tx, actor, SHOWN) if actor.may(May.SCHEDULE) else (),
    )
