"""What the review page shows: a list, narrowed down, and one post with all that helps to decide about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self
from urllib.parse import parse_qs, urlencode

from fastapi import Query
from starlette.responses import HTMLResponse

from signoff.kernel.errors import NotFound, Problem
from signoff.kernel.ids import BrandId, ChannelId, PostId
from signoff.organizations.approval import least_score
from signoff.organizations.channels import channel_choices
from signoff.organizations.members import Member, list_reviewers
from signoff.pipeline.draft.preview import preview_of
from signoff.records.deliveries.views import PostView
from signoff.records.models import Decision
from signoff.records.pages import Page
from signoff.records.posts.approved import change_since_approval, decided_lately
from signoff.records.posts.discussion import Thread, discussion
from signoff.records.posts.previews import Preview
from signoff.records.posts.queries import get_post
from signoff.records.posts.queue import count_queue, review_queue
from signoff.records.posts.readiness import Readiness, readiness_of
from signoff.records.states import PostState, Verdict
from signoff.web import times
from signoff.web.compare import Comparison, compare_sealed
from signoff.web.forms import chosen_id
from signoff.web.visit import Visit


class Whose(StrEnum):
    """Which list is shown."""

    ME = "me"
    TEAM = "team"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which part of the queue is looked at; it goes along from page to page."""

    whose: Whose = Whose.ME
    brand: str = ""
    channel: str = ""

    @classmethod
    def of(
        cls,
        whose: Annotated[str, Query()] = "",
        brand: Annotated[str, Query()] = "",
        channel: Annotated[str, Query()] = "",
    ) -> Self:
        chosen = Whose(whose) if whose in set(Whose) else Whose.ME
        return cls(chosen, str(chosen_id(brand) or ""), str(chosen_id(channel) or ""))

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what a form carried."""
        given = {name: values[-1] for name, values in parse_qs(text).items()}
        return cls.of(given.get("whose", ""), given.get("brand", ""), given.get("channel", ""))

    def query(self, **other: str) -> str:
        """Give it for an address, with the question mark; empty where nothing is chosen."""
        whose = "" if self.whose is Whose.ME else str(self.whose)
        given = {"whose": whose, "brand": self.brand, "channel": self.channel} | other
        said = urlencode({name: value for name, value in given.items() if value})
        return f"?{said}" if said else ""


@dataclass(frozen=True, slots=True)
class Item:
    """The post that is looked at."""

    view: PostView
    preview: Preview
    readiness: Readiness
    least_score: int | None
    """What the brand asks for before a review."""
    changes: Mapping[ChannelId, Comparison]
    """By channel; empty when nothing was approved before."""
    threads: Sequence[Thread] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in the decision's form; it is shown again when the decision was refused."""

    comment: str = ""
    when: str = ""
    due_local: str = ""
    keep_time: str = ""
    by_hand: str = ""
    facts_confirmed: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one of several posts."""

    title: str
    path: str
    said: str = ""
    problem: Problem | None = None


async def review_page(
    visit: Visit,
    narrowed: Narrowed,
    *,
    chosen: PostView | None = None,
    cursor: str | None = None,
    problem: Problem | None = None,
    typed: Typed | None = None,
    current: str = "",
    outcomes: Sequence[Outcome] = (),
    undo: str = "",
) -> HTMLResponse:
    """Answer with the queue and, where there is room, the chosen post or the one that waits longest."""
    queue, done = await _lists(visit, narrowed, cursor)
    view = None if outcomes else chosen or next(iter(queue.items), None)
    shown = [*queue.items, *([view] if view else [])]
    reviewers = await list_reviewers(visit.runtime, visit.actor)
    ready = await readiness_of(visit.runtime, visit.actor, shown)
    return await visit.page(
        "review/review.html",
        "review",
        status=problem.status if problem else 200,
        queue=queue.items,
        next_cursor=queue.next_cursor,
        done=done,
        narrowed=narrowed,
        counts=await count_queue(visit.runtime, visit.actor),
        channels=await channel_choices(visit.runtime, visit.actor, _brand(narrowed)),
        ready=ready,
        item=await _item(visit, view, ready[view.post.id]) if view else None,
        is_chosen=chosen is not None or bool(outcomes),
        current=current or str(view.post.id if view else ""),
        following=_following(queue.items, view),
        problem=problem,
        outcomes=outcomes,
        undo=undo,
        may_undo=may_undo,
        reviewers=reviewers,
        still_to_ask=still_to_ask(view, reviewers) if view else (),
        typed=typed or (_wanted(view) if view else Typed()),
    )


async def next_path(visit: Visit, narrowed: Narrowed, wished: str) -> str:
    """Give the address of the post that comes next; of the queue when nothing is left."""
    post_id = chosen_id(wished)
    if post_id is not None:
        try:
            view = await get_post(visit.runtime, visit.actor, PostId(post_id))
        except NotFound:
            view = None
        if view and view.post.state is PostState.IN_REVIEW:
            return f"/review/{post_id}{narrowed.query()}"
    queue, _ = await _lists(visit, narrowed, None, limit=1)
    where = f"/{queue.items[0].post.id}" if queue.items else ""
    return f"/review{where}{narrowed.query()}"


async def _lists(
    visit: Visit, narrowed: Narrowed, cursor: str | None, *, limit: int = 50
) -> tuple[Page[PostView], Sequence[tuple[Decision, PostView]]]:
    if narrowed.whose is Whose.DONE:
        return Page([]), await decided_lately(visit.runtime, visit.actor)
    channel_id = chosen_id(narrowed.channel)
    queue = await review_queue(
        visit.runtime,
        visit.actor,
        mine=narrowed.whose is Whose.ME,
        brand_id=_brand(narrowed),
        channel_id=ChannelId(channel_id) if channel_id else None,
        cursor=cursor,
        limit=limit,
    )
    return queue, ()


def _brand(narrowed: Narrowed) -> BrandId | None:
    brand_id = chosen_id(narrowed.brand)
    return BrandId(brand_id) if brand_id else None


def _following(queue: Sequence[PostView], view: PostView | None) -> str:
    """Name the post that stands below; at the end of the list the one above."""
    ids = [each.post.id for each in queue]
    if view is None or view.post.id not in ids:
        return ""
    place = ids.index(view.post.id)
    others = [*ids[place + 1 :], *reversed(ids[:place])]
    return str(others[0]) if others else ""


def _wanted(view: PostView) -> Typed:
    """Start with the time that the author wished for."""
    wanted = view.post.suggested_time
    return Typed("", "at", times.local_input(wanted, view.brand.time_zone)) if wanted else Typed()


async def _item(visit: Visit, view: PostView, ready: Readiness) -> Item:
    shown = await preview_of(visit.runtime, visit.actor, view)
    change = await change_since_approval(visit.runtime, visit.actor, view)
    names = {channel.id: channel.name for channel in view.channels}
    changes = {
        variant.channel.id: compare_sealed(change, variant.channel.id, names)
        for variant in shown.variants
        if change
    }
    threads = await discussion(visit.runtime, visit.actor, view.post.id)
    least = await least_score(visit.runtime, visit.actor, view.brand.id)
    return Item(view, shown, ready, least, changes, threads)


def still_to_ask(view: PostView, reviewers: Sequence[Member]) -> list[str]:
    """Name those who may still approve a post."""
    standing = view.standing
    if standing is None:
        return []
    return [
        each.name or each.email
        for each in reviewers
        if not standing.has_approved(each.person_id)
        and not standing.is_barred(each.person_id)
        and (each.brand_ids is None or view.brand.id in each.brand_ids)
    ]


def may_undo(decision: Decision, view: PostView) -> bool:
    """Tell whether taking a decision back is worth offering; whether it is possible is found out then."""
    if view.standing and view.post.state is PostState.IN_REVIEW:
        return any(decision.id == each.id for each, _ in view.standing.approvals)
    led_to = {
        Verdict.APPROVE: PostState.APPROVED,
        Verdict.REQUEST_CHANGES: PostState.DRAFT,
        Verdict.SKIP: PostState.ARCHIVED,
    }[decision.verdict]
    is_last = bool(view.decisions) and view.decisions[0][0].id == decision.id
    return is_last and view.post.state is led_to and view.revision.id == decision.revision_id
