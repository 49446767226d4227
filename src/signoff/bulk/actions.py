"""What can be done with many posts, one at a time, and how each of it is taken back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from signoff.bulk.outcomes import Back
from signoff.kernel.errors import WrongState
from signoff.kernel.ids import DecisionId, DeliveryId, PersonId, PostId
from signoff.kernel.people import Actor, May
from signoff.pipeline.draft.tag import change_tags
from signoff.pipeline.review.archive import archive, archive_again, restore, unarchive
from signoff.pipeline.review.assign import assign
from signoff.pipeline.review.submit import submit
from signoff.pipeline.review.undo import undo_decision
from signoff.pipeline.schedule.place import place
from signoff.pipeline.schedule.unplace import unplace
from signoff.records.deliveries.views import DeliveryView, PostView
from signoff.records.planning.placement import Schedule
from signoff.records.posts.queries import get_post
from signoff.records.states import PostState
from signoff.runtime import Runtime

DECIDE: Final = "decide"
"""The action of decisions, which are made with what was seen of each post and so not among these."""


class BulkAction(StrEnum):
    """One thing to do with each of many posts."""

    SUBMIT = "submit"
    ARCHIVE = "archive"
    RESTORE = "restore"
    ASSIGN = "assign"
    SCHEDULE = "schedule"
    TAG = "tag"
    UNTAG = "untag"


NEEDS: Final[Mapping[BulkAction, May]] = {
    **dict.fromkeys(BulkAction, May.WRITE_POSTS),
    BulkAction.SCHEDULE: May.SCHEDULE,
}

BACK_NEEDS: Final[Mapping[str, May]] = {
    **dict.fromkeys(BulkAction, May.WRITE_POSTS),
    BulkAction.SCHEDULE: May.OPERATE,
    DECIDE: May.DECIDE,
}
"""What whoever takes it back must be allowed to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be done with each post. Each field belongs to the actions that its words name."""

    action: BulkAction
    reason: str = ""
    """Of archiving."""
    person_id: PersonId | None = None
    """Whom they are assigned to; None: nobody in particular."""
    tags: Sequence[str] = ()
    """Added by tagging, removed by untagging."""


@dataclass(frozen=True, slots=True)
class Done:
    """What doing it with one post led to."""

    state: PostState
    """Where the post stands now."""
    back: Back | None = None
    placed: Sequence[DeliveryView] = ()


Do = Callable[[Runtime, Actor, PostView, Wanted], Awaitable[Done]]
TakeBack = Callable[[Runtime, Actor, PostId, Back], Awaitable[None]]


async def _submit(runtime: Runtime, actor: Actor, view: PostView, _: Wanted) -> Done:
    after = await submit(runtime, actor, view.post.id)
    return Done(after.post.state)  # somebody may be reading it already


async def _archive(runtime: Runtime, actor: Actor, view: PostView, wanted: Wanted) -> Done:
    after = await archive(runtime, actor, view.post.id, reason=wanted.reason)
    # An approval doesn't come back, so what was approved isn't simply put back.
    is_lost = view.post.state is PostState.APPROVED
    back = {"state": str(view.post.state), "version": after.post.version}
    return Done(after.post.state, None if is_lost else back)


async def _unarchive(runtime: Runtime, actor: Actor, post_id: PostId, back: Back) -> None:
    await unarchive(runtime, actor, post_id, version=back["version"], was=PostState(back["state"]))


async def _restore(runtime: Runtime, actor: Actor, view: PostView, _: Wanted) -> Done:
    after = await restore(runtime, actor, view.post.id)
    return Done(after.post.state, {"reason": view.post.archive_reason, "version": after.post.version})


async def _put_away_again(runtime: Runtime, actor: Actor, post_id: PostId, back: Back) -> None:
    await archive_again(runtime, actor, post_id, version=back["version"], reason=back["reason"])


async def _assign(runtime: Runtime, actor: Actor, view: PostView, wanted: Wanted) -> Done:
    await assign(runtime, actor, view.post.id, wanted.person_id)
    return Done(
        view.post.state, {"was": str(view.post.assignee_id or ""), "now": str(wanted.person_id or "")}
    )


async def _assign_back(runtime: Runtime, actor: Actor, post_id: PostId, back: Back) -> None:
    present = (await get_post(runtime, actor, post_id)).post.assignee_id
    if str(present or "") != back["now"]:
        raise WrongState("It was assigned to somebody else since.", next_step="Look at the post.")
    await assign(runtime, actor, post_id, PersonId(UUID(back["was"])) if back["was"] else None)


async def _schedule(runtime: Runtime, actor: Actor, view: PostView, _: Wanted) -> Done:
    placed = await place(runtime, actor, view.post.id, Schedule(next_slot=True))
    times = {str(each.delivery.id): each.delivery.due_at.isoformat() for each in placed}
    return Done(view.post.state, {"deliveries": times}, placed)


async def _unschedule(runtime: Runtime, actor: Actor, post_id: PostId, back: Back) -> None:
    placed = {DeliveryId(UUID(key)): datetime.fromisoformat(at) for key, at in back["deliveries"].items()}
    await unplace(runtime, actor, post_id, placed)


async def _tag(runtime: Runtime, actor: Actor, view: PostView, wanted: Wanted) -> Done:
    changed = await change_tags(runtime, actor, view.post.id, add=wanted.tags)
    return Done(view.post.state, {"remove": changed.added})


async def _untag(runtime: Runtime, actor: Actor, view: PostView, wanted: Wanted) -> Done:
    changed = await change_tags(runtime, actor, view.post.id, remove=wanted.tags)
    return Done(view.post.state, {"add": changed.removed})


async def _tag_back(runtime: Runtime, actor: Actor, post_id: PostId, back: Back) -> None:
    await change_tags(runtime, actor, post_id, add=back.get("add", ()), remove=back.get("remove", ()))


async def _undecide(runtime: Runtime, actor: Actor, post_id: PostId, back: Back) -> None:
    await undo_decision(runtime, actor, post_id, DecisionId(UUID(back["decision"])))


DO: Final[Mapping[BulkAction, Do]] = {
    BulkAction.SUBMIT: _submit,
    BulkAction.ARCHIVE: _archive,
    BulkAction.RESTORE: _restore,
    BulkAction.ASSIGN: _assign,
    BulkAction.SCHEDULE: _schedule,
    BulkAction.TAG: _tag,
    BulkAction.UNTAG: _untag,
}

TAKE_BACK: Final[Mapping[str, TakeBack]] = {
    BulkAction.ARCHIVE: _unarchive,
    BulkAction.RESTORE: _put_away_again,
    BulkAction.ASSIGN: _assign_back,
    BulkAction.SCHEDULE: _unschedule,
    BulkAction.TAG: _tag_back,
    BulkAction.UNTAG: _tag_back,
    DECIDE: _undecide,
}
