"""One post with all that became of it, and what can be done with it besides writing."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form
from starlette.responses import HTMLResponse, Response

from signoff.bulk.actions import BulkAction, Wanted
from signoff.bulk.change import change_many
from signoff.kernel.errors import Problem
from signoff.kernel.ids import ChannelId, PostId
from signoff.kernel.local_time import moment_of
from signoff.kernel.people import May
from signoff.pipeline.draft.edit import delete_post
from signoff.pipeline.draft.preview import preview_of
from signoff.pipeline.draft.write import duplicate_post
from signoff.pipeline.review.archive import restore
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.pipeline.schedule.place import place
from signoff.records.deliveries.views import PostView
from signoff.records.planning.placement import Schedule
from signoff.records.posts.discussion import discussion
from signoff.records.posts.queries import get_post
from signoff.records.posts.story import post_timeline
from signoff.records.states import DeliveryState, Verdict
from signoff.web import times
from signoff.web.bulk import undo_of
from signoff.web.due import DueForm, moves_said
from signoff.web.editor_page import may_edit
from signoff.web.once import new_router
from signoff.web.visit import Looking, Reading, Sending, Visit
from signoff.web.words import delivery_label

router = new_router("/posts")


@router.get("/{post_id}")
async def show_post(visit: Looking, post_id: UUID) -> HTMLResponse:
    """Show a post, where it stands and what became of it."""
    return await _page(visit, PostId(post_id))


@router.get("/{post_id}/schedule")
async def show_schedule(visit: Reading, post_id: UUID, at: str = "", zone: str = "") -> HTMLResponse:
    """Ask when and where; `at` is a local time of `zone` to begin with, such as where a post was dropped."""
    if not at:
        return await _schedule_sheet(visit, PostId(post_id))
    view = await get_post(visit.runtime, visit.actor, PostId(post_id))
    try:
        local = times.local_input(moment_of(at, zone or view.brand.time_zone), view.brand.time_zone)
    except Problem as problem:
        return await _schedule_sheet(visit, PostId(post_id), problem)
    return await _schedule_sheet(visit, PostId(post_id), due=DueForm("at", local))


@router.post("/{post_id}/schedule")
async def send_schedule(
    visit: Sending,
    post_id: UUID,
    due: Annotated[DueForm, Depends(DueForm.of)],
    channel: Annotated[list[UUID] | None, Form()] = None,
    again: Annotated[str, Form()] = "",
) -> Response:
    """Schedule an approved post."""
    channels = [ChannelId(each) for each in channel or []]
    wanted = due.schedule(channels, again=again == "yes") or Schedule(channels)
    try:
        placed = await place(visit.runtime, visit.actor, PostId(post_id), wanted)
    except Problem as problem:
        return await _schedule_sheet(visit, PostId(post_id), problem, due, wanted)
    moves = moves_said(placed, visit.zone, visit.runtime.clock.now())
    if len(placed) == 1:
        where, said = f"/deliveries/{placed[0].delivery.id}", "Scheduled."
    else:
        where, said = f"/posts/{post_id}", f"Scheduled for {len(placed)} channels."
    return visit.done(where, f"{said} {moves}".strip(), icon="calendar-clock")


@router.post("/{post_id}/submit")
async def send_submit(visit: Sending, post_id: UUID) -> Response:
    """Hand a draft in for review."""
    try:
        await submit(visit.runtime, visit.actor, PostId(post_id))
    except Problem as problem:
        return await _page(visit, PostId(post_id), problem)
    return visit.done(f"/posts/{post_id}", "Sent to review.", icon="send")


@router.get("/{post_id}/withdraw")
async def show_withdraw(visit: Reading, post_id: UUID) -> HTMLResponse:
    """Ask for the reason before an approval is withdrawn."""
    return await _sheet(visit, PostId(post_id), "withdraw")


@router.post("/{post_id}/withdraw")
async def send_withdraw(
    visit: Sending, post_id: UUID, seen: Annotated[str, Form()] = "", comment: Annotated[str, Form()] = ""
) -> Response:
    """Request changes of an approved post."""
    try:
        decided = await decide(
            visit.runtime, visit.actor, PostId(post_id), Verdict.REQUEST_CHANGES, seen=seen, comment=comment
        )
    except Problem as problem:
        return await _sheet(visit, PostId(post_id), "withdraw", problem, comment)
    said = "The approval is withdrawn; the post is a draft again."
    if decided.on_their_way:
        names = ", ".join(view.channel.name for view in decided.on_their_way)
        said += f" On its way already and can't be stopped: {names}."
    return visit.done(f"/posts/{post_id}", said, icon="undo-2", tone="warn")


@router.get("/{post_id}/archive")
async def show_archive(visit: Reading, post_id: UUID) -> HTMLResponse:
    """Ask before a post is put away."""
    return await _sheet(visit, PostId(post_id), "archive")


@router.post("/{post_id}/archive")
async def send_archive(visit: Sending, post_id: UUID, reason: Annotated[str, Form()] = "") -> Response:
    """Put a post away; where no approval is lost, the message offers it back."""
    wanted = Wanted(BulkAction.ARCHIVE, reason=reason)
    batch = await change_many(visit.runtime, visit.actor, [PostId(post_id)], wanted)
    if (problem := batch.outcomes[0].problem) is not None:
        return await _sheet(visit, PostId(post_id), "archive", problem, reason)
    return visit.done("/posts", "Archived.", icon="archive", undo=undo_of(batch))


@router.post("/{post_id}/restore")
async def send_restore(visit: Sending, post_id: UUID) -> Response:
    """Bring an archived post back as a draft."""
    await restore(visit.runtime, visit.actor, PostId(post_id))
    return visit.done(f"/posts/{post_id}", "It is a draft again.")


@router.get("/{post_id}/delete")
async def show_delete(visit: Reading, post_id: UUID) -> HTMLResponse:
    """Ask before a draft is deleted."""
    return await _sheet(visit, PostId(post_id), "delete")


@router.post("/{post_id}/delete")
async def send_delete(visit: Sending, post_id: UUID, version: Annotated[int, Form()]) -> Response:
    """Delete a draft."""
    try:
        await delete_post(visit.runtime, visit.actor, PostId(post_id), version=version)
    except Problem as problem:
        return await _sheet(visit, PostId(post_id), "delete", problem)
    return visit.done("/posts", "The draft is deleted.", icon="trash-2")


@router.post("/{post_id}/duplicate")
async def send_duplicate(visit: Sending, post_id: UUID) -> Response:
    """Copy a post into a new draft."""
    copy = await duplicate_post(visit.runtime, visit.actor, PostId(post_id))
    return visit.done(f"/posts/{copy.post.id}/edit", "This is the copy.", icon="copy")


async def _page(visit: Visit, post_id: PostId, problem: Problem | None = None) -> HTMLResponse:
    view = await get_post(visit.runtime, visit.actor, post_id)
    shown, preview_problem = None, None
    try:
        shown = await preview_of(visit.runtime, visit.actor, view)
    except Problem as found:
        preview_problem = found
    is_own = view.post.author_id == visit.actor.person_id
    return await visit.page(
        "posts/post.html",
        "posts",
        status=problem.status if problem else 200,
        view=view,
        preview=shown,
        preview_problem=preview_problem,
        problem=problem,
        threads=await discussion(visit.runtime, visit.actor, post_id),
        timeline=await post_timeline(visit.runtime, visit.actor, post_id),
        can_edit=may_edit(visit, view),
        may_archive=visit.actor.may(May.DECIDE) or (is_own and visit.actor.may(May.WRITE_POSTS)),
    )


async def _sheet(
    visit: Visit, post_id: PostId, name: str, problem: Problem | None = None, typed: str = ""
) -> HTMLResponse:
    return await visit.sheet(
        f"sheets/{name}.html",
        "posts",
        status=problem.status if problem else 200,
        view=await get_post(visit.runtime, visit.actor, post_id),
        problem=problem,
        typed=typed,
    )


async def _schedule_sheet(
    visit: Visit,
    post_id: PostId,
    problem: Problem | None = None,
    due: DueForm | None = None,
    wanted: Schedule | None = None,
) -> HTMLResponse:
    view = await get_post(visit.runtime, visit.actor, post_id)
    taken = _taken(view)
    free = [channel.id for channel in view.channels if channel.id not in taken]
    chosen = free if wanted is None else wanted.channels or ()
    return await visit.sheet(
        "sheets/schedule.html",
        "posts",
        status=problem.status if problem else 200,
        view=view,
        problem=problem,
        typed=due or DueForm("at", _suggested(view)),
        taken=taken,
        chosen={str(each) for each in chosen},
        again=bool(wanted and wanted.again),
    )


def _taken(view: PostView) -> dict[ChannelId, str]:
    """Say of each channel that has the post already, or will, so that nobody doubles it by mistake."""
    return {
        each.channel.id: delivery_label(each.delivery, each.waiting).word
        for each in view.deliveries
        if each.delivery.state not in {DeliveryState.CANCELLED, DeliveryState.RECOVERED}
    }


def _suggested(view: PostView) -> str:
    wished = view.post.suggested_time
    return times.local_input(wished, view.brand.time_zone) if wished else ""
