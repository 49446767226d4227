"""The publishing board and the figures of publishing, computed from the database alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.clock import database_now
from signoff.kernel.ids import BrandId, DeliveryId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.queries import views_of
from signoff.records.deliveries.views import DeliveryView
from signoff.records.models import Delivery, WorkerRow
from signoff.records.pages import at_most_counted
from signoff.records.states import DeliveryState
from signoff.runtime import Runtime

_PER_LANE: Final = 30
_MONTH: Final = timedelta(days=30)
_DAY: Final = timedelta(days=1)
_SAMPLE: Final = 2000
"""The month's last ones tell how it goes; more would only take longer."""

_D = DeliveryState
_LANES: Final[Mapping[str, tuple[DeliveryState, ...]]] = {
    "queued": (_D.SCHEDULED,),
    "by_hand": (_D.MANUAL_DUE,),
    "publishing": (_D.PUBLISHING, _D.RECOVERING),
    "unknown": (_D.UNKNOWN,),
    "failed": (_D.FAILED, _D.MANUAL_RECOVERY_NEEDED),
    "published": (_D.PUBLISHED, _D.RECOVERED),
}


@dataclass(frozen=True, slots=True)
class Board:
    """Deliveries by lane, the most urgent first, and how many each lane holds."""

    lanes: Mapping[str, Sequence[DeliveryView]]
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PublishingHealth:
    """How publishing does. Rates are 0 to 1 and None without data; durations are seconds.

    Rate and lateness are those of the last 2,000 within 30 days; at most 1,000 waiting ones are counted.
    """

    success_rate_30d: float | None
    lateness_p50_s: float | None
    backlog: int
    """Due, and not finished."""
    oldest_overdue_s: float | None
    workers_alive: int


async def board(runtime: Runtime, actor: Actor, brand_id: BrandId | None = None) -> Board:
    """Give the board, of all brands or of one; "published" holds the last 24 hours."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        now = await database_now(tx)
        held = {lane: [*_of(actor, brand_id), *_in_lane(lane, now)] for lane in _LANES}
        counted = await tx.execute(select(*(at_most_counted(*wanted) for wanted in held.values())))
        # All lanes at once: each would read the same brands, channels and pauses again.
        ids = await _first_of(tx, held)
        views = {view.delivery.id: view for view in await views_of(tx, chain.from_iterable(ids.values()))}
    lanes = {lane: [views[each] for each in first if each in views] for lane, first in ids.items()}
    return Board(lanes, dict(zip(_LANES, counted.one(), strict=True)))


def _in_lane(lane: str, now: datetime) -> Iterator[ColumnElement[bool]]:
    yield Delivery.state.in_(_LANES[lane])
    if lane == "published":
        yield Delivery.state_since >= now - _DAY


async def _first_of(
    tx: AsyncSession, held: Mapping[str, Sequence[ColumnElement[bool]]]
) -> Mapping[str, Sequence[DeliveryId]]:
    """Give those of each lane that are shown, the most urgent first."""
    found: dict[str, list[DeliveryId]] = {lane: [] for lane in held}
    for lane, delivery_id in await tx.execute(
        union_all(*(_first_in(lane, wanted) for lane, wanted in held.items()))
    ):
        found[lane].append(delivery_id)
    return found


def _first_in(lane: str, wanted: Sequence[ColumnElement[bool]]) -> Select[str, DeliveryId]:
    order = Delivery.due_at.asc() if lane == "queued" else Delivery.state_since.desc()
    return select(literal(lane), Delivery.id).where(*wanted).order_by(order).limit(_PER_LANE)


async def publishing_health(
    runtime: Runtime, actor: Actor, brand_id: BrandId | None = None
) -> PublishingHealth:
    """Give the figures of publishing, of all brands or of one; workers are everybody's."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        now = await database_now(tx)
        own = and_(*_of(actor, brand_id))
        done, failed, p50 = (await tx.execute(_lately(own, now))).one()
        waiting = (
            own,
            Delivery.state.in_([_D.SCHEDULED, _D.PUBLISHING, _D.UNKNOWN]),
            Delivery.due_at <= now,
        )
        oldest_due = select(Delivery.due_at).where(*waiting).order_by(Delivery.due_at).limit(1)
        alive = _workers_alive(now, runtime.settings.silent_after)
        told = select(at_most_counted(*waiting), oldest_due.scalar_subquery(), alive)
        backlog, oldest, workers = (await tx.execute(told)).one()
        return PublishingHealth(
            success_rate_30d=done / (done + failed) if done + failed else None,
            lateness_p50_s=max(0.0, float(p50)) if p50 is not None else None,
            backlog=backlog,
            oldest_overdue_s=(now - oldest).total_seconds() if oldest else None,
            workers_alive=workers,
        )


def _of(actor: Actor, brand_id: BrandId | None) -> Iterator[ColumnElement[bool]]:
    yield Delivery.organization_id == actor.organization_id
    if brand_id is not None:
        yield Delivery.brand_id == brand_id


def _lately(own: ColumnElement[bool], now: datetime) -> Select[int, int, float | None]:
    """Ask how many were published and failed, and the median lateness, of the last ones of the month."""
    one = (
        select(Delivery.published_at, (Delivery.published_at - Delivery.due_at).label("late"))
        .where(own, Delivery.due_at >= now - _MONTH, Delivery.due_at <= now)
        .where(or_(Delivery.published_at.is_not(None), Delivery.state == _D.FAILED))
        .order_by(Delivery.due_at.desc())
        .limit(_SAMPLE)
        .subquery()
    )
    median = func.percentile_cont(0.5).within_group(func.extract("epoch", one.c.late))
    return select(func.count(one.c.published_at), func.count() - func.count(one.c.published_at), median)


def _workers_alive(now: datetime, silent_after: timedelta) -> ScalarSelect[int]:
    alive = select(func.count()).where(WorkerRow.stopped_at.is_(None), WorkerRow.seen_at > now - silent_after)
    return alive.scalar_subquery()
