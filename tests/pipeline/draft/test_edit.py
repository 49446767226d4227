"""Editing and deleting: drafts only, nothing by stealth, nothing lost."""

from __future__ import annotations

import pytest

from signoff.kernel.errors import NotAllowed, NotFound, VersionChanged, WrongState
from signoff.kernel.people import Actor, Role
from signoff.pipeline.draft.edit import delete_post, edit_post
from signoff.pipeline.review.archive import archive, restore
from signoff.pipeline.review.decide import decide
from signoff.pipeline.schedule.place import place
from signoff.records.deliveries.views import PostView
from signoff.records.planning.placement import Schedule
from signoff.records.posts.listing import list_posts
from signoff.records.posts.queries import get_post, list_revisions
from signoff.records.states import DeliveryAction, DeliveryState, PostState, Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import approved, in_review, moved, scheduled, seen, written
from tests.support.world import Join


async def sent_back(runtime: Runtime, actor: Actor, view: PostView) -> PostView:
    fingerprint = await seen(runtime, actor, view.post.id)
    done = await decide(
        runtime, actor, view.post.id, Verdict.REQUEST_CHANGES, seen=fingerprint, comment="Another price."
    )
    return done.post


async def test_an_edit_is_a_new_revision_and_the_older_ones_stay(
    runtime: Runtime, author: Actor, channel: Channel
) -> None:
    post = (await written(runtime, author, channel)).post
    edited = await edit_post(runtime, author, post.id, {"body": "Bread at nine."}, version=post.version)
    assert (edited.post.version, edited.revision.number) == (post.version + 1, 2)
    assert edited.revision.title == "Good morning"
    bodies = [one.body for one in await list_revisions(runtime, author, post.id)]
    assert bodies == ["Bread at nine.", "Fresh bread at eight."]


async def test_what_is_not_content_makes_no_revision(
    runtime: Runtime, author: Actor, channel: Channel
) -> None:
    post = (await written(runtime, author, channel)).post
    edited = await edit_post(
        runtime,
        author,
        post.id,
        {"tags": ["bread"], "image_prompt": "a loaf", "channels": (channel.id,), "media": ()},
        version=post.version,
    )
    assert (edited.post.tags, edited.revision.number) == (["bread"], 1)


async def test_an_older_version_is_refused_and_the_newer_one_stays(
    runtime: Runtime, author: Actor, channel: Channel
) -> None:
    post = (await written(runtime, author, channel)).post
    await edit_post(runtime, author, post.id, {"body": "Bread at nine."}, version=post.version)
    with pytest.raises(VersionChanged) as refused:
        await edit_post(runtime, author, post.id, {"body": "Bread at ten."}, version=post.version)
    assert refused.value.extra["version"] == post.version + 1
    assert (await get_post(runtime, author, post.id)).revision.body == "Bread at nine."


@pytest.mark.parametrize("make", [in_review, approved])
async def test_what_is_reviewed_or_approved_is_not_edited(
    runtime: Runtime, owner: Actor, channel: Channel, make: type
) -> None:
    view = await make(runtime, owner, channel)
    with pytest.raises(WrongState) as refused:
        await edit_post(runtime, owner, view.post.id, {"tags": ["bread"]}, version=view.post.version)
    assert "Request changes first" in refused.value.next_step


async def test_what_is_archived_is_restored_before_it_is_edited(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    post = (await written(runtime, owner, channel)).post
    away = await archive(runtime, owner, post.id)
    with pytest.raises(WrongState, match="archived"):
        await edit_post(runtime, owner, post.id, {"body": "New."}, version=away.post.version)
    back = await restore(runtime, owner, post.id)
    await edit_post(runtime, owner, post.id, {"body": "New."}, version=back.post.version)


async def test_authors_edit_their_own_posts_and_admins_all(
    runtime: Runtime, author: Actor, admin: Actor, reviewer: Actor, join: Join, channel: Channel
) -> None:
    post = (await written(runtime, author, channel)).post
    for other in (reviewer, await join(Role.AUTHOR, "other@casaluz.example")):
        with pytest.raises(NotAllowed):
            await edit_post(runtime, other, post.id, {"body": "Mine."}, version=post.version)
    edited = await edit_post(runtime, admin, post.id, {"body": "Better."}, version=post.version)
    assert (edited.revision.created_by, edited.post.author_id) == (admin.person_id, author.person_id)


async def test_a_deleted_draft_is_gone(runtime: Runtime, author: Actor, channel: Channel) -> None:
    post = (await written(runtime, author, channel)).post
    await delete_post(runtime, author, post.id, version=post.version)
    with pytest.raises(NotFound):
        await get_post(runtime, author, post.id)
    assert (await list_posts(runtime, author)).items == []


async def test_a_draft_that_was_sent_back_unapproved_may_be_deleted(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    back = await sent_back(runtime, owner, await in_review(runtime, owner, channel))
    await delete_post(runtime, owner, back.post.id, version=back.post.version)
    assert (await list_posts(runtime, owner)).items == []


async def test_what_was_approved_once_is_archived_instead_of_deleted(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    back = await sent_back(runtime, owner, await approved(runtime, owner, channel))
    with pytest.raises(WrongState, match="approved before") as refused:
        await delete_post(runtime, owner, back.post.id, version=back.post.version)
    assert refused.value.next_step == "Archive it instead."
    assert (await archive(runtime, owner, back.post.id)).post.state is PostState.ARCHIVED


async def test_what_may_be_out_is_not_deleted(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    delivery = await scheduled(runtime, owner, channel)
    await moved(runtime, delivery.id, DeliveryAction.CLAIM, DeliveryAction.LOSE_TRACK)
    back = await sent_back(runtime, owner, await get_post(runtime, owner, delivery.post_id))
    with pytest.raises(WrongState, match="approved before"):
        await delete_post(runtime, owner, back.post.id, version=back.post.version)
    (view,) = (await get_post(runtime, owner, back.post.id)).deliveries
    assert view.delivery.state is DeliveryState.UNKNOWN


@pytest.mark.parametrize("make", [in_review, approved])
async def test_only_drafts_are_deleted(runtime: Runtime, owner: Actor, channel: Channel, make: type) -> None:
    view = await make(runtime, owner, channel)
    with pytest.raises(WrongState):
        await delete_post(runtime, owner, view.post.id, version=view.post.version)


async def test_a_deleted_post_goes_nowhere(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    post = (await written(runtime, owner, channel)).post
    await delete_post(runtime, owner, post.id, version=post.version)
    with pytest.raises(NotFound):
        await place(runtime, owner, post.id, Schedule(now=True))
