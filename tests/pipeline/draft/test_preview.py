"""Looking before anybody decides: the same content gives the same picture and fingerprint, stored or not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signoff.kernel.errors import Invalid
from signoff.kernel.people import Actor
from signoff.organizations.channels import change_channel
from signoff.pipeline.draft.content import MediaUse, Override, PostDraft
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.draft.media import upload_media
from signoff.pipeline.draft.preview import preview, preview_draft
from signoff.pipeline.draft.write import create_post
from signoff.records.states import ContentType
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.media.pictures import in_chunks, saved, scene
from tests.support.posts import in_review, written
from tests.support.world import connect_board


@pytest.fixture
def draft(brand: Brand, channel: Channel) -> PostDraft:
    return PostDraft(brand.id, ContentType.FEED_POST, title="Bread", body="At eight.", channels=[channel.id])


async def test_what_is_typed_looks_like_what_is_stored(
    runtime: Runtime, author: Actor, draft: PostDraft
) -> None:
    typed = await preview_draft(runtime, author, draft)
    post = (await create_post(runtime, author, draft)).post
    stored = await preview(runtime, author, post.id)
    assert typed.seen == stored.seen
    assert [dict(one.payload) for one in typed.variants] == [{"text": "Bread\nAt eight.", "link": ""}]
    assert typed.can_submit


async def test_limits_are_live_and_say_by_how_much(runtime: Runtime, author: Actor, draft: PostDraft) -> None:
    (shown,) = (await preview_draft(runtime, author, replace(draft, body="x" * 600))).variants
    (measure,) = shown.measures
    assert (measure.value, measure.limit, measure.over_by) == ("606", "500", 106)
    assert [one.message for one in shown.objections] == ["The text is 106 characters too long."]


async def test_a_channels_own_words_are_its_only(
    runtime: Runtime, owner: Actor, brand: Brand, draft: PostDraft, channel: Channel
) -> None:
    second = await connect_board(runtime, owner, brand, "mercado")
    both = replace(
        draft,
        channels=[channel.id, second.id],
        overrides={second.id: Override(body="At nine.", title="")},
    )
    shown = await preview_draft(runtime, owner, both)
    texts = {one.channel.id: one.payload["text"] for one in shown.variants}
    assert texts == {channel.id: "Bread\nAt eight.", second.id: "At nine."}


async def test_each_difference_gives_another_fingerprint(
    runtime: Runtime, owner: Actor, brand: Brand, draft: PostDraft, channel: Channel
) -> None:
    second = await connect_board(runtime, owner, brand, "mercado")
    picture = await upload_media(runtime, owner, in_chunks(saved(scene(), "PNG")))
    versions = [
        draft,
        replace(draft, body="At nine."),
        replace(draft, link="https://casaluz.example/"),
        replace(draft, channels=[channel.id, second.id]),
        replace(draft, channels=[second.id]),
        replace(draft, media=[MediaUse(picture.id, "A loaf")]),
        replace(draft, media=[MediaUse(picture.id, "Two loaves")]),
        replace(draft, content_type=ContentType.BLOG_POST),
    ]
    seen = [(await preview_draft(runtime, owner, version)).seen for version in versions]
    assert len(set(seen)) == len(versions)


async def test_a_channels_options_are_part_of_the_fingerprint_of_a_draft(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    post = (await written(runtime, owner, channel)).post
    before = (await preview(runtime, owner, post.id)).seen
    await change_channel(runtime, owner, channel.id, version=channel.version, options={"colour": "yellow"})
    assert (await preview(runtime, owner, post.id)).seen != before


async def test_what_was_handed_in_is_shown_as_it_was_then(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    picture = await upload_media(runtime, owner, in_chunks(saved(scene(), "PNG")))
    draft = (await written(runtime, owner, channel)).post
    uses = {"media": [MediaUse(picture.id, "A loaf")]}
    edited = await edit_post(runtime, owner, draft.id, uses, version=draft.version)
    post = (await in_review(runtime, owner, channel)).post
    live = await preview(runtime, owner, edited.post.id)
    assert live.variants[0].pictures[0].size_bytes == picture.size_bytes
    before = await preview(runtime, owner, post.id)
    await change_channel(runtime, owner, channel.id, version=channel.version, options={"colour": "yellow"})
    after = await preview(runtime, owner, post.id)
    assert (after.seen, after.variants[0].payload) == (before.seen, before.variants[0].payload)
    assert (before.can_submit, after.can_submit) == (True, False)


async def test_with_no_channel_there_is_nothing_to_hand_in(
    runtime: Runtime, author: Actor, draft: PostDraft
) -> None:
    shown = await preview_draft(runtime, author, replace(draft, channels=[]))
    assert [one.field for one in shown.objections] == ["channels"]


async def test_what_cannot_be_stored_is_not_previewed(
    runtime: Runtime, author: Actor, draft: PostDraft
) -> None:
    with pytest.raises(Invalid):
        await preview_draft(runtime, author, replace(draft, link="javascript:alert(1)"))
