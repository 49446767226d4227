"""Keeping what is typed: nothing is lost, and history isn't flooded."""

from __future__ import annotations

from datetime import timedelta

import pytest

from signoff.kernel.errors import NotAllowed, NotFound, VersionChanged
from signoff.kernel.ids import CopyId, new_id
from signoff.kernel.people import Actor, Role
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.draft.keep import (
    BECOMES_REVISION_AFTER,
    Words,
    forget_words,
    keep_words,
    leave_draft,
)
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.review.submit import submit
from signoff.records.deliveries.views import PostView
from signoff.records.posts.copies import SILENT_AFTER, WORDS_KEPT, forget_old_copies, get_copy, others_of
from signoff.records.posts.listing import list_posts
from signoff.records.posts.queries import get_post, list_revisions
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.posts import draft_for, written
from tests.support.world import Join


def words(view: PostView, body: str | None, *, turn: int = 1, copy_id: CopyId | None = None) -> Words:
    fields = None if body is None else [("body", body)]
    return Words(copy_id or CopyId(new_id()), view.post.version, turn, fields)


async def test_words_are_kept_beside_the_post_and_make_no_revision(
    runtime: Runtime, author: Actor, channel: Channel
) -> None:
    view = await written(runtime, author, channel)
    typed = words(view, "Fresh bre")
    standing = await keep_words(runtime, author, view.post.id, typed)
    assert (standing.has_words, standing.is_behind, standing.is_due) == (True, False, False)
    copy = await get_copy(runtime, author, view.post.id, typed.copy_id)
    assert copy.fields == [["body", "Fresh bre"]]
    assert len(await list_revisions(runtime, author, view.post.id)) == 1
    assert (await get_post(runtime, author, view.post.id)).post.version == view.post.version


async def test_words_that_arrive_late_replace_nothing(
    runtime: Runtime, author: Actor, channel: Channel
) -> None:
    view = await written(runtime, author, channel)
    newer = words(view, "Fresh bread", turn=2)
    await keep_words(runtime, author, view.post.id, newer)
    await keep_words(runtime, author, view.post.id, words(view, "Fresh", copy_id=newer.copy_id))
    assert (await get_copy(runtime, author, view.post.id, newer.copy_id)).fields == [["body", "Fresh bread"]]


async def test_words_that_come_while_earlier_ones_become_a_revision_stay_kept(
    runtime: Runtime, author: Actor, channel: Channel
) -> None:
    view = await written(runtime, author, channel)
    first = words(view, "Fresh bread", turn=1)
    await keep_words(runtime, author, view.post.id, first)
    await keep_words(
        runtime, author, view.post.id, words(view, "Fresh bread at nine", turn=2, copy_id=first.copy_id)
    )
    await edit_post(
        runtime,
        author,
        view.post.id,
        {"body": "Fresh bread"},
        version=view.post.version,
        copy_id=first.copy_id,
        turn=1,
    )
    copy = await get_copy(runtime, author, view.post.id, first.copy_id)
    assert copy.fields == [["body", "Fresh bread at nine"]]
    assert copy.version == view.post.version + 1, "they build on what was saved, and can be saved next"


async def test_words_that_waited_long_enough_are_due_as_a_revision(
    runtime: Runtime, author: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    view = await written(runtime, author, channel)
    typed = words(view, "Fresh bre")
    await keep_words(runtime, author, view.post.id, typed)
    clock.advance(BECOMES_REVISION_AFTER)
    again = words(view, "Fresh bread", turn=2, copy_id=typed.copy_id)
    assert (await keep_words(runtime, author, view.post.id, again)).is_due


async def test_a_window_is_never_in_conflict_with_what_it_saved_itself(
    runtime: Runtime, author: Actor, channel: Channel
) -> None:
    view = await written(runtime, author, channel)
    typed = words(view, "Fresh bread")
    await keep_words(runtime, author, view.post.id, typed)
    version, copy_id = view.post.version, typed.copy_id
    for body in ("Fresh bread", "Fresh bread again"):  # the answer to the first one got lost
        await edit_post(runtime, author, view.post.id, {"body": body}, version=version, copy_id=copy_id)
    assert (await get_post(runtime, author, view.post.id)).revision.body == "Fresh bread again"
    with pytest.raises(NotFound):
        await get_copy(runtime, author, view.post.id, copy_id)
    with pytest.raises(VersionChanged):
        await edit_post(runtime, author, view.post.id, {"body": "Mine"}, version=version)


async def test_words_are_kept_although_somebody_saved_or_handed_in(
    runtime: Runtime, owner: Actor, author: Actor, channel: Channel
) -> None:
    view = await written(runtime, author, channel)
    await edit_post(runtime, owner, view.post.id, {"body": "Theirs"}, version=view.post.version)
    typed = words(view, "Mine")
    standing = await keep_words(runtime, author, view.post.id, typed)
    assert (standing.is_behind, standing.changed_by) == (True, "Olga Owner")
    await submit(runtime, owner, view.post.id)
    more = words(view, "Mine, too", turn=2, copy_id=typed.copy_id)
    assert not (await keep_words(runtime, author, view.post.id, more)).is_draft
    assert (await get_copy(runtime, author, view.post.id, typed.copy_id)).fields == [["body", "Mine, too"]]


async def test_who_else_is_here_is_told_until_they_leave_or_fall_silent(
    runtime: Runtime, owner: Actor, author: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    view = await written(runtime, author, channel)
    reading, typing = words(view, None), words(view, "Mine")
    await keep_words(runtime, owner, view.post.id, reading)
    standing = await keep_words(runtime, author, view.post.id, typing)
    assert [window.name for window in standing.others.here] == ["Olga Owner"]
    await leave_draft(runtime, owner, reading.copy_id)
    assert (await others_of(runtime, author, view.post.id, typing.copy_id)).here == []
    assert [window.is_own for window in (await others_of(runtime, author, view.post.id)).here] == [True]
    clock.advance(SILENT_AFTER + timedelta(seconds=1))
    others = await others_of(runtime, owner, view.post.id)
    assert (others.here, [window.copy.id for window in others.left]) == ([], [typing.copy_id])
    await forget_words(runtime, author, typing.copy_id)
    assert (await others_of(runtime, owner, view.post.id)).left == []


async def test_a_window_is_its_owners_alone(
    runtime: Runtime, owner: Actor, author: Actor, channel: Channel, join: Join
) -> None:
    view = await written(runtime, author, channel)
    typed = words(view, "Mine")
    await keep_words(runtime, author, view.post.id, typed)
    with pytest.raises(NotFound):
        await keep_words(runtime, owner, view.post.id, words(view, "!", turn=9, copy_id=typed.copy_id))
    with pytest.raises(NotFound):
        await forget_words(runtime, owner, typed.copy_id)
    with pytest.raises(NotAllowed):
        await keep_words(
            runtime, await join(Role.AUTHOR, "ana@casaluz.example"), view.post.id, words(view, "!")
        )
    assert (await get_copy(runtime, author, view.post.id, typed.copy_id)).fields == [["body", "Mine"]]


async def test_a_new_post_is_begun_once_however_often_its_window_asks(
    runtime: Runtime, author: Actor, channel: Channel
) -> None:
    copy_id = CopyId(new_id())
    first = await create_post(runtime, author, draft_for(channel, body="Fr"), copy_id=copy_id)
    again = await create_post(runtime, author, draft_for(channel, body="Fresh"), copy_id=copy_id)
    assert first.post.id == again.post.id
    assert len((await list_posts(runtime, author)).items) == 1


async def test_what_nobody_took_up_is_forgotten_in_the_end(
    runtime: Runtime, author: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    view = await written(runtime, author, channel)
    typed = words(view, "Mine")
    await keep_words(runtime, author, view.post.id, typed)
    for days, is_there in ((WORDS_KEPT - timedelta(days=1), True), (timedelta(days=2), False)):
        clock.advance(days)
        async with runtime.worker_transaction() as tx:
            await forget_old_copies(tx)
        left = (await others_of(runtime, author, view.post.id)).left
        assert bool(left) is is_there
