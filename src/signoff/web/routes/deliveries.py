"""One delivery: proof of what happened, and what a person can do about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form
from starlette.responses import HTMLResponse, Response

from signoff.connectors.base import TAKES_DOWN
from signoff.connectors.html.about import PLATFORM as EXPORTED
from signoff.kernel.errors import Invalid, Problem
from signoff.kernel.ids import DeliveryId
from signoff.pipeline.publish.hurry import hurry
from signoff.pipeline.publish.look import look_now
from signoff.pipeline.publish.retry import retry
from signoff.pipeline.publish.settle import settle_not_out, settle_out
from signoff.pipeline.recover.by_hand import recovered_by_hand
from signoff.pipeline.recover.take_down import recover
from signoff.pipeline.schedule.change import cancel, reschedule
from signoff.pipeline.schedule.release import release
from signoff.records.deliveries.queries import get_delivery, list_deliveries
from signoff.records.deliveries.views import DeliveryDetail, DeliveryView
from signoff.records.posts.seal_check import seal_stands
from signoff.records.states import DeliveryState, PublishMode
from signoff.web import times
from signoff.web.due import DueForm, moves_said
from signoff.web.lateness import lateness_of, reasons_of
from signoff.web.once import new_router
from signoff.web.raw_answer import readable
from signoff.web.steps import steps_of
from signoff.web.visit import Looking, Reading, Sending, Visit, local_path
from signoff.web.words import delivery_label

router = new_router("/deliveries")

Back = Annotated[str, Form(max_length=500)]
"""The page of ours that a form was on; without one, the delivery's page follows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person knows about a delivery whose outcome the platform couldn't tell."""

    answer: str = ""
    url: str = ""


@router.get("/{delivery_id}")
async def show_delivery(visit: Looking, delivery_id: UUID) -> HTMLResponse:
    """Show everything on record."""
    return await _page(visit, DeliveryId(delivery_id))


@router.post("/{delivery_id}/retry")
async def send_retry(visit: Sending, delivery_id: UUID, back: Back = "") -> Response:
    """Try a failed delivery again."""
    try:
        await retry(visit.runtime, visit.actor, DeliveryId(delivery_id))
    except Problem as problem:
        return await _page(visit, DeliveryId(delivery_id), problem)
    return visit.done(_back_to(back, delivery_id), "It is in line again.", icon="rotate-ccw")


@router.post("/{delivery_id}/hurry")
async def send_hurry(visit: Sending, delivery_id: UUID, back: Back = "") -> Response:
    """Try it again now, not at the end of its wait."""
    try:
        await hurry(visit.runtime, visit.actor, DeliveryId(delivery_id))
    except Problem as problem:
        return await _page(visit, DeliveryId(delivery_id), problem)
    return visit.done(_back_to(back, delivery_id), "It is tried again now.", icon="rotate-ccw")


@router.post("/{delivery_id}/look")
async def send_look(visit: Sending, delivery_id: UUID, back: Back = "") -> Response:
    """Ask the platform now what became of it."""
    try:
        found = await look_now(visit.runtime, visit.actor, DeliveryId(delivery_id))
    except Problem as problem:
        return await _page(visit, DeliveryId(delivery_id), problem)
    return visit.done(_back_to(back, delivery_id), _found(found), icon="search")


@router.post("/{delivery_id}/release")
async def send_release(visit: Sending, delivery_id: UUID, back: Back = "") -> Response:
    """Publish one now that is held because it is late."""
    try:
        await release(visit.runtime, visit.actor, DeliveryId(delivery_id))
    except Problem as problem:
        return await _page(visit, DeliveryId(delivery_id), problem)
    return visit.done(_back_to(back, delivery_id), "It goes out now.", icon="play")


@router.get("/{delivery_id}/attach")
async def show_attach(visit: Reading, delivery_id: UUID) -> HTMLResponse:
    """Ask for the address of a post that is out."""
    return await _sheet(visit, DeliveryId(delivery_id), "attach", typed=Answer())


@router.post("/{delivery_id}/attach")
async def send_attach(
    visit: Sending, delivery_id: UUID, url: Annotated[str, Form()] = "", sure: Annotated[str, Form()] = ""
) -> Response:
    """Take the address; the delivery goes on from there."""
    delivery = DeliveryId(delivery_id)
    try:
        settled = await settle_out(visit.runtime, visit.actor, delivery, url.strip(), sure=sure == "yes")
    except Problem as problem:
        return await _sheet(visit, delivery, "attach", problem, typed=Answer(url=url))
    return visit.done(f"/deliveries/{delivery_id}", _found(settled), icon="link-2")


@router.get("/{delivery_id}/settle")
async def show_settle(visit: Reading, delivery_id: UUID) -> HTMLResponse:
    """Offer the three answers."""
    return await _sheet(visit, DeliveryId(delivery_id), "settle", typed=Answer())


@router.post("/{delivery_id}/settle")
async def send_settle(
    visit: Sending,
    delivery_id: UUID,
    answer: Annotated[str, Form()] = "",
    url: Annotated[str, Form()] = "",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """Take a person's answer."""
    delivery = DeliveryId(delivery_id)
    try:
        settled = await _settle(visit, delivery, Answer(answer, url.strip()), is_sure=sure == "yes")
    except Problem as problem:
        return await _sheet(visit, delivery, "settle", problem, typed=Answer(answer, url))
    return visit.done(f"/deliveries/{delivery_id}", _found(settled), icon="scale")


async def _settle(visit: Visit, delivery: DeliveryId, given: Answer, *, is_sure: bool) -> DeliveryView:
    if given.answer == "out":
        return await settle_out(visit.runtime, visit.actor, delivery, given.url)
    if given.answer in {"publish", "leave"}:
        return await settle_not_out(visit.runtime, visit.actor, delivery, then=given.answer, sure=is_sure)
    raise Invalid("Choose one of the three answers.", field="answer")


@router.get("/{delivery_id}/cancel")
async def show_cancel(visit: Reading, delivery_id: UUID) -> HTMLResponse:
    """Ask before it is cancelled."""
    return await _sheet(visit, DeliveryId(delivery_id), "cancel", typed="")


@router.post("/{delivery_id}/cancel")
async def send_cancel(visit: Sending, delivery_id: UUID, reason: Annotated[str, Form()] = "") -> Response:
    """Cancel it, or note that it shall not go out."""
    try:
        view = await cancel(visit.runtime, visit.actor, DeliveryId(delivery_id), reason=reason)
    except Problem as problem:
        return await _sheet(visit, DeliveryId(delivery_id), "cancel", problem, typed=reason)
    is_done = view.delivery.state is DeliveryState.CANCELLED
    said = "Cancelled." if is_done else "It may be on its way already. It is cancelled if nothing is out."
    return visit.done(f"/deliveries/{delivery_id}", said, icon="ban", tone="ok" if is_done else "warn")


@router.get("/{delivery_id}/reschedule")
async def show_reschedule(visit: Reading, delivery_id: UUID) -> HTMLResponse:
    """Ask for the new time, starting from the present one."""
    detail = await get_delivery(visit.runtime, visit.actor, DeliveryId(delivery_id))
    present = times.local_input(detail.view.delivery.due_at, detail.view.brand.time_zone)
    return await _sheet(visit, DeliveryId(delivery_id), "reschedule", typed=DueForm("at", present))


@router.post("/{delivery_id}/reschedule")
async def send_reschedule(
    visit: Sending, delivery_id: UUID, due: Annotated[DueForm, Depends(DueForm.of)]
) -> Response:
    """Move it to another time, or into the next free slot."""
    is_slot = due.when == "slot"
    try:
        view = await reschedule(
            visit.runtime,
            visit.actor,
            DeliveryId(delivery_id),
            due_local="" if is_slot else due.local,
            next_slot=is_slot,
            keep_time=due.keep_time == "yes" and not is_slot,
        )
    except Problem as problem:
        return await _sheet(visit, DeliveryId(delivery_id), "reschedule", problem, typed=due)
    said = moves_said([view], visit.zone, visit.runtime.clock.now()) or "Moved. The seal still holds."
    return visit.done(f"/deliveries/{delivery_id}", said, icon="calendar-clock")


@router.get("/{delivery_id}/take-down")
async def show_take_down(visit: Reading, delivery_id: UUID) -> HTMLResponse:
    """Ask for the reason before it is taken down."""
    return await _sheet(visit, DeliveryId(delivery_id), "take_down", typed="")


@router.post("/{delivery_id}/take-down")
async def send_take_down(visit: Sending, delivery_id: UUID, reason: Annotated[str, Form()] = "") -> Response:
    """Take it down."""
    try:
        await recover(visit.runtime, visit.actor, DeliveryId(delivery_id), reason=reason)
    except Problem as problem:
        return await _sheet(visit, DeliveryId(delivery_id), "take_down", problem, typed=reason)
    return visit.done(f"/deliveries/{delivery_id}", "It is being taken down.", icon="undo-2")


@router.post("/{delivery_id}/by-hand")
async def send_by_hand(visit: Sending, delivery_id: UUID) -> Response:
    """Note that a person took it down."""
    try:
        await recovered_by_hand(visit.runtime, visit.actor, DeliveryId(delivery_id))
    except Problem as problem:
        return await _page(visit, DeliveryId(delivery_id), problem)
    return visit.done(f"/deliveries/{delivery_id}", "Noted as taken down.")


def _back_to(back: str, delivery_id: UUID) -> str:
    here = f"/deliveries/{delivery_id}"
    return local_path(back, here) if back else here


def _found(view: DeliveryView) -> str:
    """Say what a look or an answer led to."""
    state = view.delivery.state
    if state is DeliveryState.PUBLISHED:
        return "It is out: the post was found."
    if state is DeliveryState.SCHEDULED:
        return "It is certainly not out, and in line again."
    if state is DeliveryState.UNKNOWN:
        return "Not known yet. A worker looks now, and this page shows what it finds."
    return f"It is {delivery_label(view.delivery).word.lower()} now."


async def _page(visit: Visit, delivery_id: DeliveryId, problem: Problem | None = None) -> HTMLResponse:
    detail = await get_delivery(visit.runtime, visit.actor, delivery_id)
    same_post = await list_deliveries(visit.runtime, visit.actor, post_id=detail.view.delivery.post_id)
    return await visit.page(
        "deliveries/delivery.html",
        "publishing",
        status=problem.status if problem else 200,
        problem=problem,
        steps=steps_of(detail),
        others=[each for each in same_post.items if each.delivery.id != delivery_id],
        late=lateness_of(detail.view.delivery),
        late_window=timedelta(seconds=detail.view.brand.late_window_s),
        late_reasons=reasons_of(detail),
        answers=[(receipt, readable(receipt.raw)) for receipt in detail.receipts if receipt.raw],
        seal_matches=await seal_stands(visit.runtime, visit.actor, detail.seal),
        has_export=detail.view.channel.platform == EXPORTED,
        **_about(visit, detail),
    )


async def _sheet(
    visit: Visit, delivery_id: DeliveryId, name: str, problem: Problem | None = None, *, typed: object
) -> HTMLResponse:
    detail = await get_delivery(visit.runtime, visit.actor, delivery_id)
    return await visit.sheet(
        f"sheets/{name}.html",
        "publishing",
        status=problem.status if problem else 200,
        problem=problem,
        typed=typed,
        **_about(visit, detail),
    )


def _about(visit: Visit, detail: DeliveryDetail) -> dict[str, Any]:
    about = visit.runtime.connector(detail.view.channel.platform).about
    return {
        "detail": detail,
        "by_hand": "" if about.can_take_down else about.take_down_by_hand,
        "may_be_refused": TAKES_DOWN not in detail.view.channel.abilities,
        "is_repeatable": about.commit_is_repeatable and detail.view.delivery.publish_mode is PublishMode.AUTO,
    }
