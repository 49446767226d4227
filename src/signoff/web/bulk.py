"""One thing done with many posts: each for itself, so that one refusal stops none of the others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from signoff.kernel.errors import Invalid, Problem
from signoff.kernel.ids import DeliveryId, PersonId, PostId
from signoff.pipeline.review.archive import archive, restore
from signoff.pipeline.review.assign import assign
from signoff.pipeline.review.submit import submit
from signoff.pipeline.schedule.change import cancel
from signoff.pipeline.schedule.place import place
from signoff.records.deliveries.views import PostView
from signoff.records.planning.placement import Schedule
from signoff.records.posts.queries import get_post
from signoff.records.states import PostState
from signoff.web import times
from signoff.web.cookies import Undo
from signoff.web.forms import chosen_id
from signoff.web.visit import Visit

MOST: Final = 100
UNDO_PATH: Final = "/posts/bulk/undo"

WORDS: Final[Mapping[str, str]] = {
    "submit": "sent to review",
    "archive": "archived",
    "restore": "restored",
    "assign": "assigned",
    "schedule": "scheduled",
}
"""What can be done, and what is said of a post once it is."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one post."""

    post_id: PostId
    title: str
    problem: Problem | None = None
    said: str = ""
    undo: Sequence[str] = ()
    """With what it is taken back; empty: it can't be."""


async def carry_out(
    visit: Visit, action: str, views: Sequence[PostView], person: UUID | None
) -> list[Outcome]:
    """Do it with each post, one after the other."""
    return [await _one(visit, action, view, person) for view in views]


async def chosen_posts(visit: Visit, ids: Sequence[str]) -> list[PostView]:
    """Read the posts that were ticked.

    Raises:
        Invalid: None, too many, or something that isn't a post.
    """
    known = [each for each in map(chosen_id, dict.fromkeys(ids)) if each]
    if not known:
        raise Invalid("No post is chosen.", next_step="Tick the posts in the list first.")
    if len(known) > MOST:
        raise Invalid(f"At most {MOST} posts are changed at once.", next_step="Choose fewer.")
    return [await get_post(visit.runtime, visit.actor, PostId(each)) for each in known]


def undo_of(action: str, outcomes: Sequence[Outcome]) -> Undo | None:
    """Give what takes back all that was done; None when a part of it can't be."""
    done = [each for each in outcomes if each.problem is None]
    if not done or not all(each.undo for each in done):
        return None
    items = ",".join(item for each in done for item in each.undo)
    return Undo(UNDO_PATH, {"action": action, "items": items})


async def take_back(visit: Visit, action: str, items: Sequence[str]) -> list[Problem]:
    """Undo what was done; give what stood in the way, for each that couldn't be.

    Raises:
        Invalid: Nothing like this can be undone.
    """
    if action not in _BACK or not 0 < len(items) <= MOST:
        raise Invalid("This can't be undone.")
    problems = []
    for item in items:
        first, _, rest = item.partition(":")
        subject = chosen_id(first)
        if subject is None:
            raise Invalid("This can't be undone.")
        try:
            await _BACK[action](visit, subject, rest)
        except Problem as problem:
            problems.append(problem)
    return problems


async def _one(visit: Visit, action: str, view: PostView, person: UUID | None) -> Outcome:
    title = view.revision.title or view.revision.body[:70] or "Without a title"
    try:
        said, undo = await _act(visit, action, view, person)
    except Problem as problem:
        return Outcome(view.post.id, title, problem)
    return Outcome(view.post.id, title, said=said, undo=undo)


async def _act(visit: Visit, action: str, view: PostView, person: UUID | None) -> tuple[str, Sequence[str]]:
    """Do it, and give what is said of it and what takes it back."""
    runtime, actor, post = visit.runtime, visit.actor, view.post
    if action == "submit":
        await submit(runtime, actor, post.id)
        return "", ()  # somebody may be reading it already
    if action == "archive":
        await archive(runtime, actor, post.id)
        return "", _unarchived(view)
    if action == "restore":
        await restore(runtime, actor, post.id)
        return "", [str(post.id)]
    if action == "assign":
        before = str(post.assignee_id or "")
        await assign(runtime, actor, post.id, PersonId(person) if person else None)
        return "", [f"{post.id}:{before}"]
    if action == "schedule":
        placed = await place(runtime, actor, post.id, Schedule(next_slot=True))
        now = runtime.clock.now()
        due = [times.day_and_time(each.delivery.due_at, visit.zone, now) for each in placed]
        return ", ".join(dict.fromkeys(due)), [str(each.delivery.id) for each in placed]
    raise Invalid("Nothing like this can be done with many posts.")


def _unarchived(view: PostView) -> Sequence[str]:
    """An approval doesn't come back, so what was approved isn't simply put back."""
    if view.post.state is PostState.DRAFT:
        return [str(view.post.id)]
    return [f"{view.post.id}:review"] if view.post.state is PostState.IN_REVIEW else ()


async def _unarchive(visit: Visit, subject: UUID, where: str) -> None:
    await restore(visit.runtime, visit.actor, PostId(subject))
    if where == "review":
        await submit(visit.runtime, visit.actor, PostId(subject))


async def _archive_again(visit: Visit, subject: UUID, _: str) -> None:
    await archive(visit.runtime, visit.actor, PostId(subject))


async def _assign_back(visit: Visit, subject: UUID, person: str) -> None:
    before = chosen_id(person)
    await assign(visit.runtime, visit.actor, PostId(subject), PersonId(before) if before else None)


async def _unschedule(visit: Visit, subject: UUID, _: str) -> None:
    await cancel(visit.runtime, visit.actor, DeliveryId(subject), reason="Scheduling was undone.")


_BACK: Final[Mapping[str, Callable[[Visit, UUID, str], Awaitable[None]]]] = {
    "archive": _unarchive,
    "restore": _archive_again,
    "assign": _assign_back,
    "schedule": _unschedule,
}
