"""Reading deliveries: lists, the board, one delivery with its whole story."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from signoff.audit.models import AuditEntry, AuditPersonal
from signoff.connectors.base import CALL_TIMEOUT, COMMIT_START_WITHIN
from signoff.db.arrays import among
from signoff.db.clock import database_now
from signoff.db.written import minute, written_id
from signoff.kernel.errors import NotFound
from signoff.kernel.ids import BrandId, ChannelId, DeliveryId, PostId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries import late
from signoff.records.deliveries.by_hand import instructions
from signoff.records.deliveries.places import places_of
from signoff.records.deliveries.views import DeliveryDetail, DeliveryView, TimelineEntry
from signoff.records.deliveries.waiting import waiting_reasons
from signoff.records.models import Attempt, Decision, Delivery, Post, ReceiptRow, Seal, Variant
from signoff.records.pages import Page, behind, checked_limit, decode_moment, encode_cursor
from signoff.records.states import DeliveryState
from signoff.records.tenants import Brand, Channel, Person
from signoff.runtime import Runtime

_ATTEMPTS_SHOWN: Final = 200
_EVENTS_SHOWN: Final = 500
_MOST_HELD: Final = 100


def base() -> Select[*tuple[Any, ...]]:
    """Select deliveries with their posts' titles and their receipts, without what a platform answered."""
    return (
        select(Delivery, Post.title, ReceiptRow)
        .join(Post, Post.id == Delivery.post_id)
        .outerjoin(ReceiptRow, ReceiptRow.id == Delivery.receipt_id)
        .options(defer(ReceiptRow.raw))
    )


async def delivery_views(tx: AsyncSession, query: Select[*tuple[Any, ...]]) -> list[DeliveryView]:
    """Run a query over `base` and say of each waiting delivery what it waits for."""
    rows = (await tx.execute(query.execution_options(populate_existing=True))).all()
    places = await places_of(tx, [row.Delivery for row in rows])
    rows = [row for row in rows if places.hold(row.Delivery)]
    reasons = await waiting_reasons(tx, [row.Delivery for row in rows], places)
    now = await database_now(tx)
    return [
        DeliveryView(
            delivery=row.Delivery,
            title=row.title,
            brand=(brand := places.brands[row.Delivery.brand_id]),
            channel=places.channels[row.Delivery.channel_id],
            receipt=row.ReceiptRow,
            waiting=reasons.get(row.Delivery.id),
            is_held=late.is_held(row.Delivery, brand, now),
        )
        for row in rows
    ]


async def views_of_posts(tx: AsyncSession, post_ids: Sequence[UUID]) -> dict[PostId, list[DeliveryView]]:
    """Give the deliveries of some posts, by post, in order of due time."""
    query = base().where(among(Delivery.post_id, post_ids)).order_by(Delivery.due_at, Delivery.id)
    found: dict[PostId, list[DeliveryView]] = {}
    for view in await delivery_views(tx, query):
        found.setdefault(view.delivery.post_id, []).append(view)
    return found


async def views_of(tx: AsyncSession, ids: Iterable[DeliveryId]) -> list[DeliveryView]:
    """Give some deliveries as they are inside this transaction."""
    return await delivery_views(
        tx, base().where(among(Delivery.id, ids)).order_by(Delivery.due_at, Delivery.id)
    )


async def read_delivery(tx: AsyncSession, delivery_id: DeliveryId) -> DeliveryView:
    """Give one delivery inside an open transaction.

    Raises:
        NotFound: Not there, or another organization's.
    """
    found = await views_of(tx, [delivery_id])
    if not found:
        raise NotFound("There is no such delivery.")
    return found[0]


async def list_deliveries(  # noqa: PLR0913 - one argument for each filter
    runtime: Runtime,
    actor: Actor,
    *,
    states: Sequence[DeliveryState] = (),
    brand_id: BrandId | None = None,
    channel_id: ChannelId | None = None,
    post_id: PostId | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
    newest_first: bool = False,
    is_held: bool = False,
) -> Page[DeliveryView]:
    """List deliveries by due time; `start` is included, `end` is not. `is_held`: only what is too late.

    Raises:
        Invalid: Unknown cursor or limit.
    """
    actor.need(May.READ)
    whose = written_id(actor.organization_id) if is_held else actor.organization_id
    wanted: list[ColumnElement[bool]] = [Delivery.organization_id == whose]
    if states:
        wanted.append(Delivery.state.in_(states))
    wanted += _of(brand_id, channel_id, post_id)
    if start is not None:
        wanted.append(Delivery.due_at >= start)
    if end is not None:
        wanted.append(Delivery.due_at < end)
    if is_held:
        wanted += [late.HELD, Delivery.due_at <= minute(runtime.clock.now())]
    if cursor:
        wanted.append(_after(cursor, newest_first=newest_first))
    order = (Delivery.due_at.desc(), Delivery.id.desc()) if newest_first else (Delivery.due_at, Delivery.id)
    page = select(Delivery.id).where(*wanted).order_by(*order).limit(checked_limit(limit) + 1)
    if is_held:
        page = page.join(Brand, Brand.id == Delivery.brand_id)
    query = base().where(Delivery.id.in_(page)).order_by(*order)
    async with runtime.transaction(actor.organization_id) as tx:
        found = await delivery_views(tx, query)
    if len(found) <= limit:
        return Page(found)
    last = found[limit - 1].delivery
    return Page(found[:limit], encode_cursor(last.due_at.isoformat(), last.id))


async def count_held(runtime: Runtime, actor: Actor, brand_id: BrandId | None = None) -> int:
    """Count what is held because it is late, of all brands or of one, up to 100."""
    actor.need(May.READ)
    wanted = (Delivery.organization_id == written_id(actor.organization_id), *_of(brand_id, None, None))
    first = (
        select(Delivery.id)
        .join(Brand, Brand.id == Delivery.brand_id)
        .where(*wanted, late.HELD, Delivery.due_at <= minute(runtime.clock.now()))
        .order_by(Delivery.due_at, Delivery.id)  # in order the few first are found without all the others
        .limit(_MOST_HELD)
    )
    async with runtime.transaction(actor.organization_id) as tx:
        return await tx.scalar(select(func.count()).select_from(first.subquery())) or 0


def _of(
    brand_id: BrandId | None, channel_id: ChannelId | None, post_id: PostId | None
) -> Iterator[ColumnElement[bool]]:
    if brand_id is not None:
        yield Delivery.brand_id == brand_id
    if channel_id is not None:
        yield Delivery.channel_id == channel_id
        # A brand's deliveries are found by an index in order of time, and a channel's are among them.
        yield Delivery.brand_id == select(Channel.brand_id).where(Channel.id == channel_id).scalar_subquery()
    if post_id is not None:
        yield Delivery.post_id == post_id


def _after(cursor: str, *, newest_first: bool) -> ColumnElement[bool]:
    due, row_id = decode_moment(cursor)
    return behind((Delivery.due_at, Delivery.id), (due, row_id), is_descending=newest_first)


async def calendar(
    runtime: Runtime, actor: Actor, start: datetime, end: datetime, brand_id: BrandId | None = None
) -> list[DeliveryView]:
    """Give all deliveries due from `start` until before `end`, at most 2,000."""
    actor.need(May.READ)
    query = base().where(
        Delivery.organization_id == actor.organization_id,
        Delivery.due_at >= start,
        Delivery.due_at < end,
        Delivery.state != DeliveryState.CANCELLED,
    )
    if brand_id is not None:
        query = query.where(Delivery.brand_id == brand_id)
    async with runtime.transaction(actor.organization_id) as tx:
        return await delivery_views(tx, query.order_by(Delivery.due_at, Delivery.id).limit(2000))


async def get_delivery(runtime: Runtime, actor: Actor, delivery_id: DeliveryId) -> DeliveryDetail:
    """Give everything on record about one delivery.

    Raises:
        NotFound: Not there, or another organization's.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        view = await read_delivery(tx, delivery_id)
        delivery = view.delivery
        seal = await tx.get_one(Seal, delivery.seal_id)
        decision = await tx.get_one(Decision, seal.decision_id)
        person = await tx.get(Person, decision.person_id)
        canonical = await tx.scalar(
            select(Variant.canonical).where(
                Variant.revision_id == delivery.revision_id, Variant.channel_id == delivery.channel_id
            )
        )
        return DeliveryDetail(
            view=view,
            attempts=await _attempts(tx, delivery_id),
            receipts=await _receipts(tx, delivery_id),
            timeline=await timeline(tx, delivery_id, delivery.post_id),
            seal=seal,
            decision=decision,
            decided_by=person.display_name if person else "",
            variant=json.loads(canonical or "{}"),
            by_hand=await instructions(runtime, tx, delivery, view.channel)
            if delivery.state is DeliveryState.MANUAL_DUE and view.waiting is None
            else None,
            settles_at=settles_at(delivery, runtime.connector(view.channel.platform).about.visibility_delay),
        )


def settles_at(delivery: Delivery, visibility_delay: timedelta) -> datetime | None:
    """Tell from when on "not published" counts: no earlier call can take effect or stay unseen any more."""
    if delivery.state is not DeliveryState.UNKNOWN:
        return None
    began = delivery.commit_intent_at or delivery.doubt_since
    return began + COMMIT_START_WITHIN + CALL_TIMEOUT + visibility_delay if began else None


async def _attempts(tx: AsyncSession, delivery_id: DeliveryId) -> Sequence[Attempt]:
    query = (
        select(Attempt)
        .where(Attempt.delivery_id == delivery_id)
        .order_by(Attempt.started_at.desc(), Attempt.id.desc())
        .limit(_ATTEMPTS_SHOWN)
    )
    return list(reversed((await tx.scalars(query)).all()))


async def _receipts(tx: AsyncSession, delivery_id: DeliveryId) -> Sequence[ReceiptRow]:
    query = select(ReceiptRow).where(ReceiptRow.delivery_id == delivery_id).order_by(ReceiptRow.created_at)
    return (await tx.scalars(query)).all()


async def timeline(tx: AsyncSession, delivery_id: DeliveryId | None, post_id: PostId) -> list[TimelineEntry]:
    """Give what happened to a post and, if one is given, to this delivery of it, oldest first."""
    of_post = and_(AuditEntry.post_id == post_id, AuditEntry.subject_type == "post")
    wanted = or_(AuditEntry.subject_id == delivery_id, of_post) if delivery_id else of_post
    query = (
        select(AuditEntry, AuditPersonal)
        .outerjoin(
            AuditPersonal,
            and_(
                AuditPersonal.organization_id == AuditEntry.organization_id,
                AuditPersonal.seq == AuditEntry.seq,
            ),
        )
        .where(AuditEntry.post_id == post_id, wanted)
        .order_by(AuditEntry.seq.desc())
        .limit(_EVENTS_SHOWN)
    )
    rows = reversed((await tx.execute(query)).all())
    return [
        TimelineEntry(
            at=entry.at,
            action=entry.action,
            who=who_acted(entry, personal),
            via=entry.via,
            detail=entry.after,
        )
        for entry, personal in rows
    ]


def who_acted(entry: AuditEntry, personal: AuditPersonal | None) -> str:
    """Name who did it, as far as that wasn't erased."""
    if entry.actor_id is None:
        return "Signoff"
    data = personal.data if personal else {}
    return str(data.get("name") or data.get("email") or "a former member")
