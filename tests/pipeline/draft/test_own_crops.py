"""A channel gets its own crop of a picture: in the preview, in the seal, and when it is out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from signoff.kernel.errors import Invalid
from signoff.kernel.ids import ChannelId, MediaId, new_id
from signoff.kernel.people import Actor
from signoff.media.crop import Frame
from signoff.pipeline.draft.content import MediaUse, Override, PostDraft
from signoff.pipeline.draft.crop import crop_media
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.draft.media import upload_media
from signoff.pipeline.draft.preview import preview_draft
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.pipeline.schedule.place import place
from signoff.records.models import Media
from signoff.records.planning.placement import Schedule
from signoff.records.states import Verdict
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.media.pictures import in_chunks, saved, scene
from tests.support.noticeboard import Noticeboard
from tests.support.posts import draft_for, seen
from tests.support.world import connect_board


@pytest.fixture
async def whole(runtime: Runtime, owner: Actor) -> Media:
    return await upload_media(runtime, owner, in_chunks(saved(scene(), "PNG")))


@pytest.fixture
async def square(runtime: Runtime, owner: Actor, whole: Media) -> Media:
    return await crop_media(runtime, owner, whole.id, Frame(1.0))


@pytest.fixture
async def second(runtime: Runtime, owner: Actor, brand: Brand) -> Channel:
    return await connect_board(runtime, owner, brand, "mercado")


@pytest.fixture
def draft(channel: Channel, second: Channel, whole: Media, square: Media) -> PostDraft:
    """For two channels; the second one gets a square."""
    post = replace(draft_for(channel, second), media=[MediaUse(whole.id, "Four colours")])
    return replace(post, overrides={second.id: Override(crops={whole.id: square.id})})


async def _shown(
    runtime: Runtime, actor: Actor, draft: PostDraft
) -> Mapping[ChannelId, list[tuple[str, str]]]:
    variants = (await preview_draft(runtime, actor, draft)).variants
    return {each.channel.id: [(one.digest, one.alt) for one in each.pictures] for each in variants}


async def test_the_preview_shows_a_channel_its_own_crop_with_the_same_description(
    runtime: Runtime, owner: Actor, draft: PostDraft, whole: Media, square: Media
) -> None:
    first, second = draft.channels
    assert await _shown(runtime, owner, draft) == {
        first: [(whole.digest, "Four colours")],
        second: [(square.digest, "Four colours")],
    }


async def test_another_crop_is_another_fingerprint(runtime: Runtime, owner: Actor, draft: PostDraft) -> None:
    assert (await preview_draft(runtime, owner, draft)).seen != (
        await preview_draft(runtime, owner, replace(draft, overrides={}))
    ).seen


async def test_what_goes_out_on_a_channel_is_the_crop_that_was_approved_for_it(
    runtime: Runtime, owner: Actor, draft: PostDraft, noticeboard: Noticeboard, whole: Media, square: Media
) -> None:
    post = await create_post(runtime, owner, draft)
    await submit(runtime, owner, post.post.id)
    fingerprint = await seen(runtime, owner, post.post.id)
    assert fingerprint == (await preview_draft(runtime, owner, draft)).seen
    await decide(runtime, owner, post.post.id, Verdict.APPROVE, seen=fingerprint)
    await place(runtime, owner, post.post.id, Schedule(now=True))
    await Worker(runtime).run_until_idle()
    assert {note.board: note.pictures for note in noticeboard.notes} == {
        "plaza": (whole.digest,),
        "mercado": (square.digest,),
    }


async def test_a_crop_goes_with_its_picture(
    runtime: Runtime, owner: Actor, draft: PostDraft, second: Channel, whole: Media
) -> None:
    view = await create_post(runtime, owner, draft)
    assert list(view.revision.overrides) == [str(second.id)]
    view = await edit_post(runtime, owner, view.post.id, {"media": []}, version=view.post.version)
    assert view.revision.overrides == {}
    uses = [MediaUse(whole.id, "Four colours")]
    view = await edit_post(runtime, owner, view.post.id, {"media": uses}, version=view.post.version)
    assert view.revision.overrides == {}


async def test_a_crop_that_doesnt_exist_is_refused(
    runtime: Runtime, owner: Actor, draft: PostDraft, second: Channel, whole: Media
) -> None:
    nowhere = {second.id: Override(crops={whole.id: MediaId(new_id())})}
    with pytest.raises(Invalid, match="doesn't exist"):
        await create_post(runtime, owner, replace(draft, overrides=nowhere))
