"""Receipts: proof that a post is out. Stored whatever lease they come from and whatever the state is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import unquote

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.connectors.base import Receipt
from signoff.db.clock import database_now
from signoff.kernel.errors import WrongState
from signoff.kernel.ids import DeliveryId, OrganizationId, ReceiptId, new_id
from signoff.kernel.people import Actor
from signoff.kernel.post_address import same_address
from signoff.records.alerts.raising import alert_delivery
from signoff.records.models import Delivery, ReceiptRow
from signoff.records.moves import move_delivery
from signoff.records.states import DELIVERY_MOVES, DeliveryAction, DeliveryState, Wanted

COMMIT: Final = "commit"
"""The source of a receipt that the platform's answer to our call is: it counts, whatever was said before."""
GIVEN: Final = "given"
"""The source of a receipt whose address a person gave and nobody could look up."""


_STORED_WITHIN: Final = timedelta(minutes=2)
"""How much earlier than a post was made, by the platform's clock, its receipt may be stored by ours."""
_MOST_OTHERS: Final = 200


class OthersReceipt(WrongState):
    """That platform post is the receipt of another delivery: one post proves one delivery only."""


async def confirm(tx: AsyncSession, delivery: Delivery, receipt: Receipt, source: str, by: Actor) -> None:
    """Store a receipt of a delivery whose row is locked, and move it to published.

    The same receipt twice changes nothing. A second, different one is an incident: it is kept and alerted;
    so is one of a delivery that was given up and replaced. What people wanted meanwhile is done next.

    Raises:
        OthersReceipt: The platform post belongs to another delivery.
    """
    if source != COMMIT:
        await _need_free_address(tx, delivery, receipt)
    known = await _known(tx, delivery, receipt)
    row = known or await _store(tx, delivery, receipt, source)
    is_news = delivery.state in DELIVERY_MOVES[DeliveryAction.CONFIRM].sources
    if not is_news or await _is_replaced(tx, delivery):
        if row.id != delivery.receipt_id:
            await _tell_second(tx, delivery, receipt)
        return
    await move_delivery(
        tx,
        delivery,
        DeliveryAction.CONFIRM,
        by,
        receipt_id=row.id,
        published_at=await database_now(tx),
        error_class="",
        error="",
        next_step="",
        doubt_since=None,
        next_look_at=None,
        asks_person=False,
    )
    await _then_what_is_wanted(tx, delivery, by)


async def other_receipts(tx: AsyncSession, delivery: Delivery, since: datetime) -> tuple[Receipt, ...]:
    """Give what the account's other posts since then were proven with, as far as `tx` may see."""
    query = (
        select(ReceiptRow)
        .join(Delivery, Delivery.receipt_id == ReceiptRow.id)
        .where(
            Delivery.account_key == delivery.account_key,
            Delivery.published_at >= since - _STORED_WITHIN,
            Delivery.id != delivery.id,
        )
        .order_by(Delivery.published_at.desc())
        .limit(_MOST_OTHERS)
    )
    return tuple(
        Receipt(row.external_id, row.permalink, row.raw, is_public=row.is_public, is_sandbox=row.is_sandbox)
        for row in await tx.scalars(query)
    )


async def _is_replaced(tx: AsyncSession, delivery: Delivery) -> bool:
    """Does another delivery stand for the same post at the same place, since this one was given up?"""
    if delivery.state is not DeliveryState.CANCELLED:
        return False
    other = select(Delivery.id).where(
        Delivery.post_id == delivery.post_id,
        Delivery.account_key == delivery.account_key,
        Delivery.occurrence == delivery.occurrence,
        Delivery.id != delivery.id,
        Delivery.state.not_in([DeliveryState.CANCELLED, DeliveryState.RECOVERED]),
    )
    return (await tx.scalars(other.limit(1))).first() is not None


async def _need_free_address(tx: AsyncSession, delivery: Delivery, receipt: Receipt) -> None:
    """Refuse a post that another delivery's receipt gives the address of, however it is spelled.

    The platform's own id isn't enough: what was taken as given has none. On one account this is done in turn.
    """
    place = same_address(receipt.permalink)
    if not place:
        return
    turn = func.hashtextextended(f"receipts {delivery.account_key}", 0)
    await tx.execute(select(func.pg_advisory_xact_lock(turn)))
    shown = func.lower(ReceiptRow.permalink)
    last_part = place.rpartition("/")[2].partition("?")[0]
    others = select(ReceiptRow.permalink).where(
        ReceiptRow.account_key == delivery.account_key,
        ReceiptRow.delivery_id != delivery.id,
        # The few that may be the same.
        or_(*(func.strpos(shown, part.lower()) > 0 for part in (last_part, unquote(last_part)))),
    )
    if any(same_address(other) == place for other in await tx.scalars(others)):
        raise _others()


async def _known(tx: AsyncSession, delivery: Delivery, receipt: Receipt) -> ReceiptRow | None:
    query = select(ReceiptRow).where(
        ReceiptRow.account_key == delivery.account_key, ReceiptRow.external_id == receipt.external_id
    )
    row = await tx.scalar(query)
    if row is not None and row.delivery_id != delivery.id:
        raise _others()
    return row


def _others() -> OthersReceipt:
    return OthersReceipt(
        "That post on the platform is the receipt of another delivery.",
        next_step="Give the address of this delivery's own post.",
    )


async def _store(tx: AsyncSession, delivery: Delivery, receipt: Receipt, source: str) -> ReceiptRow:
    place = (delivery.organization_id, delivery.id, delivery.account_key)
    row = ReceiptRow(**receipt_row(*place, receipt, source))
    try:
        async with tx.begin_nested():
            tx.add(row)
    except IntegrityError as problem:
        # Another organization on the same account, whose receipts this transaction can't see.
        if "one_delivery_per_platform_post" in str(problem):
            raise _others() from problem
        raise
    return row


def receipt_row(
    organization_id: OrganizationId, delivery_id: DeliveryId, account_key: str, receipt: Receipt, source: str
) -> dict[str, Any]:
    """Give the row of a receipt; always the same columns."""
    return {
        "id": ReceiptId(new_id()),
        "organization_id": organization_id,
        "delivery_id": delivery_id,
        "account_key": account_key,
        "external_id": receipt.external_id,
        "permalink": receipt.permalink,
        "is_public": receipt.is_public,
        "is_sandbox": receipt.is_sandbox,
        "source": source,
        "raw": dict(receipt.raw),
    }


async def _then_what_is_wanted(tx: AsyncSession, delivery: Delivery, by: Actor) -> None:
    if delivery.wanted is Wanted.RECOVERED:
        await move_delivery(
            tx,
            delivery,
            DeliveryAction.RECOVER,
            by,
            recovery_reason=delivery.wanted_reason,
            next_look_at=await database_now(tx),
            looks=0,
        )
    elif delivery.wanted is Wanted.CANCELLED:
        await alert_delivery(
            tx,
            delivery,
            "published_unwanted",
            title="Published although it was withdrawn",
            cause=f"It was already on its way when it was withdrawn: {delivery.wanted_reason}",
            next_step="Take it down if it should not be out.",
        )


async def _tell_second(tx: AsyncSession, delivery: Delivery, receipt: Receipt) -> None:
    await alert_delivery(
        tx,
        delivery,
        "second_receipt",
        title="A second post of one delivery",
        cause=f"The platform confirmed another post for it: {receipt.permalink or receipt.external_id}",
        next_step="Compare the two on the platform and take one of them down.",
    )
