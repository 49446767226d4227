"""Handing a draft in: what stands in the way is said, and what is handed in is frozen."""

from __future__ import annotations

import pytest

from signoff.kernel.errors import Invalid, NotAllowed, OverLimit, VersionChanged, WrongState
from signoff.kernel.people import Actor, Role
from signoff.organizations.channels import change_channel, remove_channel
from signoff.pipeline.draft.content import MediaUse
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.draft.media import upload_media
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.records.posts.queries import get_post, list_revisions
from signoff.records.posts.queue import review_queue
from signoff.records.states import PostState, Verdict
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.media.pictures import in_chunks, saved, scene
from tests.support.posts import in_review, seen, written
from tests.support.world import Join, connect_board


async def test_a_submitted_post_waits_in_the_queue(
    runtime: Runtime, author: Actor, reviewer: Actor, channel: Channel
) -> None:
    post = await in_review(runtime, author, channel)
    assert post.post.state is PostState.IN_REVIEW
    queue = await review_queue(runtime, reviewer)
    assert [view.post.id for view in queue.items] == [post.post.id]


async def test_what_is_over_a_limit_is_refused_with_by_how_much(
    runtime: Runtime, author: Actor, channel: Channel
) -> None:
    post = await written(runtime, author, channel, body="x" * 600)
    with pytest.raises(OverLimit) as refused:
        await submit(runtime, author, post.post.id)
    assert refused.value.extra["errors"] == [
        {"field": "body", "message": "The text is 113 characters too long."}
    ]
    assert (await get_post(runtime, author, post.post.id)).post.state is PostState.DRAFT


async def test_with_several_channels_each_complaint_names_its_own(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    second = await connect_board(runtime, owner, brand, "mercado")
    post = await written(runtime, owner, channel, second, body="x" * 600)
    with pytest.raises(OverLimit) as refused:
        await submit(runtime, owner, post.post.id)
    named = {error["message"].partition(":")[0] for error in refused.value.extra["errors"]}
    assert named == {"Board plaza", "Board mercado"}


async def test_a_picture_without_alt_text_is_refused(
    runtime: Runtime, author: Actor, channel: Channel
) -> None:
    picture = await upload_media(runtime, author, in_chunks(saved(scene(), "PNG")))
    post = (await written(runtime, author, channel)).post
    edited = await edit_post(
        runtime, author, post.id, {"media": [MediaUse(picture.id)]}, version=post.version
    )
    with pytest.raises(OverLimit, match="Picture 1 has no alt text"):
        await submit(runtime, author, post.id)
    described = {"media": [MediaUse(picture.id, "A loaf")]}
    await edit_post(runtime, author, post.id, described, version=edited.post.version)
    assert (await submit(runtime, author, post.id)).post.state is PostState.IN_REVIEW


async def test_a_post_for_no_channel_is_refused(runtime: Runtime, author: Actor, channel: Channel) -> None:
    post = (await written(runtime, author, channel)).post
    await edit_post(runtime, author, post.id, {"channels": []}, version=post.version)
    with pytest.raises(OverLimit, match="at least one channel"):
        await submit(runtime, author, post.id)


async def test_a_removed_channel_is_told_before_the_review(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    post = await written(runtime, owner, channel)
    await remove_channel(runtime, owner, channel.id, version=channel.version)
    with pytest.raises(Invalid, match="was removed"):
        await submit(runtime, owner, post.post.id)


async def test_what_was_frozen_is_what_is_reviewed_whatever_the_channel_becomes(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    post = await in_review(runtime, owner, channel)
    before = await seen(runtime, owner, post.post.id)
    await change_channel(runtime, owner, channel.id, version=channel.version, options={"colour": "yellow"})
    await decide(runtime, owner, post.post.id, Verdict.REQUEST_CHANGES, seen=before, comment="Yellow now.")
    again = await submit(runtime, owner, post.post.id)
    assert again.revision.number == 2
    assert again.revision.body == post.revision.body
    assert await seen(runtime, owner, post.post.id) != before


async def test_submitted_again_unchanged_it_is_the_same_revision(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    post = await in_review(runtime, owner, channel)
    before = await seen(runtime, owner, post.post.id)
    await decide(runtime, owner, post.post.id, Verdict.REQUEST_CHANGES, seen=before, comment="Wait.")
    await submit(runtime, owner, post.post.id)
    assert len(await list_revisions(runtime, owner, post.post.id)) == 1
    assert await seen(runtime, owner, post.post.id) == before


async def test_only_a_draft_is_submitted(runtime: Runtime, author: Actor, channel: Channel) -> None:
    post = await in_review(runtime, author, channel)
    with pytest.raises(WrongState) as refused:
        await submit(runtime, author, post.post.id)
    assert refused.value.next_step


async def test_an_older_version_is_not_submitted(runtime: Runtime, author: Actor, channel: Channel) -> None:
    post = await written(runtime, author, channel)
    with pytest.raises(VersionChanged):
        await submit(runtime, author, post.post.id, version=post.post.version + 1)


async def test_authors_submit_their_own_posts_only(
    runtime: Runtime, author: Actor, admin: Actor, join: Join, channel: Channel
) -> None:
    post = await written(runtime, author, channel)
    with pytest.raises(NotAllowed):
        await submit(runtime, await join(Role.AUTHOR, "other@casaluz.example"), post.post.id)
    assert (await submit(runtime, admin, post.post.id)).post.state is PostState.IN_REVIEW
