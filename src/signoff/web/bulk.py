"""What the list of posts sends to have many changed, and what is said of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from signoff.bulk.actions import BulkAction, Wanted
from signoff.bulk.outcomes import Batch, Outcome
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import PersonId, PostId
from signoff.records.deliveries.views import PostView
from signoff.records.posts.queries import get_post
from signoff.records.states import PostState
from signoff.web import times
from signoff.web.cookies import Undo
from signoff.web.forms import chosen_id
from signoff.web.visit import Visit

UNDO_PATH: Final = "/posts/bulk/undo"

WORDS: Final[Mapping[BulkAction, str]] = {
    BulkAction.SUBMIT: "sent to review",
    BulkAction.ARCHIVE: "archived",
    BulkAction.RESTORE: "restored",
    BulkAction.ASSIGN: "assigned",
    BulkAction.SCHEDULE: "scheduled",
    BulkAction.TAG: "tagged",
    BulkAction.UNTAG: "freed of the tag",
}
"""What is said of a post once it is done."""


def wanted_of(action: str, person: str, tags: str) -> Wanted:
    """Read what the form asks for; several tags are separated by commas.

    Raises:
        Invalid: Nothing like this can be done.
    """
    if action not in set(BulkAction):
        raise Invalid("Nothing like this can be done with many posts.")
    person_id = chosen_id(person)
    return Wanted(
        BulkAction(action),
        person_id=PersonId(person_id) if person_id else None,
        tags=[each for each in map(str.strip, tags.split(",")) if each],
    )


def ids_of(ticked: Sequence[str]) -> list[PostId]:
    """Read which posts were ticked.

    Raises:
        Invalid: None.
    """
    known = [PostId(each) for each in map(chosen_id, dict.fromkeys(ticked)) if each]
    if not known:
        raise Invalid("No post is chosen.", next_step="Tick the posts in the list first.")
    return known


async def approved_among(visit: Visit, post_ids: Sequence[PostId]) -> list[PostView]:
    """Give those that would lose an approval."""
    views = [await get_post(visit.runtime, visit.actor, each) for each in post_ids]
    return [view for view in views if view.post.state is PostState.APPROVED]


def undo_of(batch: Batch) -> Undo | None:
    """Give the form that takes back all that was done; None when a part of it can't be."""
    return Undo(UNDO_PATH, {"undo": str(batch.undo_id)}) if batch.undo_id else None


def due_said(visit: Visit, outcome: Outcome) -> str:
    """Say when what was scheduled goes out; empty for anything else."""
    now = visit.runtime.clock.now()
    due = [times.day_and_time(each.delivery.due_at, visit.zone, now) for each in outcome.placed]
    return ", ".join(dict.fromkeys(due))
