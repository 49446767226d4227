"""A person settles an outcome that the platform doesn't tell: it is out, or it isn't."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from signoff.connectors.base import Published, Receipt
from signoff.connectors.errors import ConnectorError, Reconnect, Refused
from signoff.db.clock import database_now
from signoff.kernel.errors import Invalid, Problem, Unavailable, WrongState
from signoff.kernel.ids import DeliveryId
from signoff.kernel.people import Actor, May
from signoff.kernel.post_address import same_address
from signoff.pipeline.publish.late_look import LATE_LOOKS
from signoff.pipeline.publish.reconcile import Look, ask, take_look
from signoff.pipeline.publish.witness import Witness
from signoff.records.budgets.usage import counted
from signoff.records.deliveries.consignment import consign
from signoff.records.deliveries.evidence import GIVEN, OthersReceipt, confirm
from signoff.records.deliveries.late import answered
from signoff.records.deliveries.leases import SETTLE
from signoff.records.deliveries.queries import read_delivery
from signoff.records.deliveries.views import DeliveryView
from signoff.records.models import Delivery
from signoff.records.moves import lock_delivery, move_delivery
from signoff.records.planning.placement import wake_workers
from signoff.records.states import DELIVERY_MOVES, DeliveryAction, DeliveryState, PublishMode, Wanted
from signoff.runtime import Runtime

_PERSON: Final = "a person's look"


async def settle_out(
    runtime: Runtime, actor: Actor, delivery_id: DeliveryId, url: str, *, sure: bool = False
) -> DeliveryView:
    """Take the address of a post that is out; it is looked up on the platform first.

    Of what was published by hand the address is kept as given, and marked as such, where the account can't be
    asked; or where the post isn't found there and the person is `sure`.

    Raises:
        NotFound: There is no such delivery.
        NotAllowed: The role may not operate.
        WrongState: Its proof is there already.
        Invalid: The post isn't there, is on another account, or is another delivery's.
        Unavailable: The platform can't be asked now.
    """
    actor.need(May.OPERATE)
    receipt, source = await _find_or_take(runtime, delivery_id, actor, url, is_sure=sure)
    async with runtime.transaction(actor.organization_id) as tx:
        delivery = await lock_delivery(tx, delivery_id)
        _need_open_end(delivery)
        try:
            await confirm(tx, delivery, receipt, source, actor)
        except OthersReceipt as problem:
            raise Invalid(problem.detail, field="url", next_step=problem.next_step) from problem
        return await read_delivery(tx, delivery_id)


def _need_open_end(delivery: Delivery) -> None:
    if delivery.state not in DELIVERY_MOVES[DeliveryAction.CONFIRM].sources:
        raise WrongState(
            f"There is nothing to settle: it is {str(delivery.state).replace('_', ' ')}.",
            next_step="Reload to see where it stands.",
            state=str(delivery.state),
        )


async def _find_or_take(
    runtime: Runtime, delivery_id: DeliveryId, actor: Actor, url: str, *, is_sure: bool
) -> tuple[Receipt, str]:
    async with runtime.transaction(actor.organization_id) as tx:
        view = await read_delivery(tx, delivery_id)
    _need_open_end(view.delivery)
    is_by_hand = view.delivery.publish_mode is PublishMode.MANUAL
    try:
        return await _look_up(runtime, actor, view, url), "person"
    except _CantBeAsked as problem:
        if is_by_hand:
            return _as_given(view, url), GIVEN
        raise problem.said from problem
    except Invalid as problem:
        if is_by_hand and is_sure:
            return _as_given(view, url), GIVEN
        advice = f"{problem.next_step} If it is there all the same, say that you are sure."
        next_step = advice.strip() if is_by_hand else problem.next_step
        raise Invalid(problem.detail, field="url", next_step=next_step) from problem


class _CantBeAsked(Exception):
    """The account can't be asked, now or any more."""

    def __init__(self, said: Problem) -> None:
        super().__init__(said.detail)
        self.said = said


def _as_given(view: DeliveryView, url: str) -> Receipt:
    # Its own spelling is kept for people; what tells it from other posts is the same for all spellings.
    if place := same_address(url):
        return Receipt(place, url.strip(), {}, is_sandbox=view.channel.is_sandbox)
    raise Invalid("That isn't the address of a post.", field="url", next_step="Copy it from the browser.")


async def _look_up(runtime: Runtime, actor: Actor, view: DeliveryView, url: str) -> Receipt:
    async with runtime.transaction(actor.organization_id) as tx:
        try:
            goods = await consign(runtime, tx, view.delivery, must_be_same=False)
        except ConnectorError as problem:
            raise _CantBeAsked(WrongState(problem.detail, next_step=problem.advice)) from problem
    try:
        async with counted(runtime, view.delivery.account_key, view.channel.id):
            receipt = await goods.connector.find(goods.parcel, url)
    except Reconnect as problem:
        raise _CantBeAsked(Unavailable(problem.detail, next_step=problem.advice)) from problem
    except Refused as problem:
        raise Invalid(problem.detail, field="url", next_step=problem.advice) from problem
    except ConnectorError as problem:
        raise Unavailable(problem.detail, next_step=problem.advice or "Try again in a minute.") from problem
    if receipt is None:
        raise Invalid(
            "No post of this account was found at that address.",
            field="url",
            next_step="Open the post on the platform and copy its address.",
        )
    return receipt


async def settle_not_out(
    runtime: Runtime, actor: Actor, delivery_id: DeliveryId, *, then: str, sure: bool = False
) -> DeliveryView:
    """Say that a post isn't out: publish it, or leave it. One more look is made first, and wins.

    Raises:
        NotFound: There is no such delivery.
        NotAllowed: The role may not operate.
        WrongState: Its outcome is known, it is too early to say so, or the channel asks to be `sure`.
        Invalid: `then` is neither "publish" nor "leave".
    """
    actor.need(May.OPERATE)
    if then not in {"publish", "leave"}:
        raise Invalid("Say what then: publish or leave.", field="then")
    look, view = await _take(runtime, actor, delivery_id, is_sure=sure or then == "leave")
    async with counted(runtime, view.delivery.account_key, view.channel.id):
        finding, _ = await ask(look)
    async with runtime.transaction(actor.organization_id) as tx:
        delivery = await lock_delivery(tx, delivery_id)
        if delivery.state is not DeliveryState.UNKNOWN or delivery.lease_token != look.lease.token:
            raise WrongState("It moved on meanwhile.", next_step="Reload to see where it stands.")
        if isinstance(finding, Published):
            await confirm(tx, delivery, finding.receipt, "reconcile", actor)
        else:
            await _settle(tx, delivery, actor, is_to_publish=then == "publish" and not delivery.wanted)
        await wake_workers(tx)
        return await read_delivery(tx, delivery_id)


async def _take(
    runtime: Runtime, actor: Actor, delivery_id: DeliveryId, *, is_sure: bool
) -> tuple[Look, DeliveryView]:
    async with runtime.transaction(actor.organization_id) as tx:
        delivery = await lock_delivery(tx, delivery_id)
        if delivery.state is not DeliveryState.UNKNOWN:
            _need_open_end(delivery)
            raise WrongState(
                "Its outcome is known.", next_step="Retry or cancel it.", state=str(delivery.state)
            )
        view = await read_delivery(tx, delivery_id)
        about = runtime.connector(view.channel.platform).about
        await _need_settled(tx, delivery, about.visibility_delay.total_seconds())
        is_by_hand = delivery.publish_mode is PublishMode.MANUAL
        if (is_by_hand or not about.commit_is_repeatable) and not is_sure:
            why = f"{about.label} can't be asked to publish the same post only once."
            raise WrongState(
                "What a person published carries no mark of ours, so that it can be missed."
                if is_by_hand
                else why,
                next_step="Look at the account once more; if the post isn't there, say so again (sure).",
            )
        look = await take_look(runtime, tx, delivery, Witness(runtime.clock), _PERSON)
        if look is None:
            raise WrongState(
                "The channel changed; the platform can't be asked.", next_step="Connect it again."
            )
        return look, view


async def _need_settled(tx: AsyncSession, delivery: Delivery, delay_s: float) -> None:
    """Raises WrongState before anybody can say "not out".

    A worker asks a person only after a settled look, or where no look can tell.
    """
    now = await database_now(tx)
    began = delivery.commit_intent_at or delivery.doubt_since or now
    missing = (began + SETTLE - now).total_seconds() + delay_s
    if missing > 0 or not delivery.asks_person:
        wait = f"in {max(1, round(missing))} s" if missing > 0 else "after the looks that are still to come"
        raise WrongState(
            "It is too early to say that it isn't out: the call may still take effect.",
            next_step=f"Say so {wait}.",
            retry_after_s=max(1, round(missing)),
        )


async def _settle(tx: AsyncSession, delivery: Delivery, actor: Actor, *, is_to_publish: bool) -> None:
    action = DeliveryAction.RULE_OUT if is_to_publish else DeliveryAction.LEAVE
    if not is_to_publish:  # should it be out all the same, people are told
        delivery.wanted = delivery.wanted or Wanted.CANCELLED
        delivery.wanted_reason = delivery.wanted_reason or "Somebody looked: it isn't out, and was left."
    said = await answered(tx, actor) if is_to_publish else {}
    delivery.late_look_at, delivery.late_looks = await database_now(tx) + LATE_LOOKS[0], 0
    await move_delivery(
        tx,
        delivery,
        action,
        actor,
        detail={"evidence": "A person looked."},
        **said,
        next_look_at=None,
        doubt_since=None,
        asks_person=False,
        absences=0,
        error="",
        next_step="",
    )
