"""The list of posts: narrowed, sorted, kept as views, and many posts changed at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Form
from starlette.responses import HTMLResponse, Response

from signoff.bulk.actions import BulkAction
from signoff.bulk.change import change_many
from signoff.bulk.outcomes import Batch
from signoff.bulk.undo import take_back
from signoff.kernel.errors import Invalid, Problem
from signoff.kernel.ids import BrandId, SavedViewId, UndoId
from signoff.kernel.people import LEAST_ROLE, May
from signoff.organizations.channels import ChannelChoice, channel_choices
from signoff.organizations.members import Member, list_members
from signoff.organizations.saved_views import forget_view, list_views, save_view
from signoff.records.posts.counts import count_by_state
from signoff.records.posts.listing import list_posts
from signoff.records.states import PostState
from signoff.web.bulk import WORDS, approved_among, due_said, ids_of, undo_of, wanted_of
from signoff.web.cookies import Undo
from signoff.web.forms import chosen_id
from signoff.web.once import new_router
from signoff.web.post_filter import SINCE, SORTS, PostFilter
from signoff.web.visit import Looking, Reading, Sending, Visit, local_path

router = new_router("/posts")

_ON_A_PAGE: Final = 30

Narrowed = Annotated[PostFilter, Depends(PostFilter.of)]


@router.get("")
async def show_list(visit: Looking, narrowed: Narrowed, cursor: str = "") -> HTMLResponse:
    """List posts, narrowed and sorted as the address says."""
    return await _page(visit, narrowed, cursor)


@router.get("/views/new")
async def show_save(visit: Reading, narrowed: Narrowed) -> HTMLResponse:
    """Ask under which name a view is kept."""
    return await _save_sheet(visit, narrowed)


@router.post("/views")
async def send_save(visit: Sending, narrowed: Narrowed, name: Annotated[str, Form()] = "") -> Response:
    """Keep what the list is narrowed to."""
    try:
        view = await save_view(visit.runtime, visit.actor, name, narrowed.chosen)
    except Problem as problem:
        return await _save_sheet(visit, narrowed, name, problem)
    return visit.done(narrowed.address(), f"“{view.name}” is among your views.", icon="bookmark")


@router.post("/views/{view_id}/delete")
async def send_forget(visit: Sending, view_id: UUID, back: Annotated[str, Form()] = "/posts") -> Response:
    """Delete one of the viewer's views."""
    gone = await forget_view(visit.runtime, visit.actor, SavedViewId(view_id))
    again = PostFilter.kept(gone.filters).address().partition("?")[2]
    undo = Undo(f"/posts/views?{again}", {"name": gone.name})
    return visit.done(local_path(back, "/posts"), f"“{gone.name}” is deleted.", icon="trash-2", undo=undo)


@router.post("/bulk")
async def send_bulk(
    visit: Sending,
    *,
    post: Annotated[list[str] | None, Form()] = None,
    action: Annotated[str, Form()] = "",
    person: Annotated[str, Form()] = "",
    tags: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "/posts",
    sure: Annotated[str, Form()] = "",
) -> Response:
    """Do one thing with all posts that were ticked, each for itself."""
    ids, wanted, back = ids_of(post or []), wanted_of(action, person, tags), local_path(back, "/posts")
    if wanted.action is BulkAction.ARCHIVE and sure != "yes" and (losing := await approved_among(visit, ids)):
        return await visit.page("posts/bulk_sure.html", "posts", ids=ids, losing=losing, back=back)
    batch = await change_many(visit.runtime, visit.actor, ids, wanted)
    if batch.refused:
        return await _results(visit, batch, WORDS[wanted.action], back, undo_of(batch))
    done = batch.done
    what = "1 post is" if len(done) == 1 else f"{len(done)} posts are"
    when = f" {due_said(visit, done[0])}" if len(done) == 1 and done[0].placed else ""
    return visit.done(back, f"{what} {WORDS[wanted.action]}{when}.", icon="check", undo=undo_of(batch))


@router.post("/bulk/undo")
async def send_undo(
    visit: Sending, undo: Annotated[str, Form()] = "", back: Annotated[str, Form()] = "/posts"
) -> Response:
    """Take back what was done with many posts."""
    known, back = chosen_id(undo), local_path(back, "/posts")
    if known is None:
        raise Invalid("This can't be undone.", next_step="Change the posts one by one.")
    batch = await take_back(visit.runtime, visit.actor, UndoId(known))
    if batch.refused:
        return await _results(visit, batch, "as before", back)
    return visit.done(back, "Undone.", icon="undo-2")


async def _results(
    visit: Visit, batch: Batch, word: str, back: str, undo: Undo | None = None
) -> HTMLResponse:
    refusal = next(each.problem.status for each in batch.outcomes if each.problem)
    return await visit.page(
        "posts/bulk.html",
        "posts",
        status=200 if batch.done else refusal,
        outcomes=[(each, due_said(visit, each)) for each in batch.outcomes],
        done=batch.done,
        undo=undo,
        word=word,
        back=back,
    )


async def _page(visit: Visit, narrowed: PostFilter, cursor: str) -> HTMLResponse:
    runtime, actor = visit.runtime, visit.actor
    asked = narrowed.arguments(visit.zone, runtime.clock.now())
    found = await list_posts(runtime, actor, **asked, cursor=cursor or None, limit=_ON_A_PAGE)
    brand_id = chosen_id(narrowed.brand)
    counts = await count_by_state(runtime, actor, BrandId(brand_id) if brand_id else None)
    here = narrowed.address()
    join = "&" if "?" in here else "?"
    members = await list_members(runtime, actor)
    views = [(view, PostFilter.kept(view.filters)) for view in await list_views(runtime, actor)]
    return await visit.page(
        "posts/list.html",
        "posts",
        posts=found.items,
        narrowed=narrowed,
        next_page=f"{here}{join}cursor={found.next_cursor}" if found.next_cursor else "",
        cursor=cursor,
        here=f"{here}{join}cursor={cursor}" if cursor else here,
        counts=counts,
        open_count=sum(count for each, count in counts.items() if each is not PostState.ARCHIVED),
        views=views,
        channels=await _channels_of(visit, brand_id),
        authors=_people(visit, _able(members, May.WRITE_POSTS)),
        reviewers=_people(visit, [each for each in _able(members, May.DECIDE) if not each.is_pending]),
        names={each.person_id: _called(each) for each in members},
        spans=SINCE,
        sorts=SORTS,
    )


async def _channels_of(visit: Visit, brand_id: UUID | None) -> list[ChannelChoice]:
    return await channel_choices(visit.runtime, visit.actor, BrandId(brand_id) if brand_id else None)


def _able(members: Sequence[Member], what: May) -> list[Member]:
    return [each for each in members if each.role.rank >= LEAST_ROLE[what].rank]


def _called(member: Member) -> str:
    return member.name or member.email


def _people(visit: Visit, members: Sequence[Member]) -> list[tuple[str, str]]:
    """Give the choices of a list of people, the viewer first."""
    mine = visit.actor.person_id
    ordered = sorted(members, key=lambda each: (each.person_id != mine, _called(each).casefold()))
    return [
        (str(each.person_id), f"{_called(each)}{' (you)' if each.person_id == mine else ''}")
        for each in ordered
    ]


async def _save_sheet(
    visit: Visit, narrowed: PostFilter, name: str = "", problem: Problem | None = None
) -> HTMLResponse:
    return await visit.sheet(
        "sheets/save_view.html",
        "posts",
        status=problem.status if problem else 200,
        narrowed=narrowed,
        typed=name,
        problem=problem,
    )
