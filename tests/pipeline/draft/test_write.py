"""Writing and duplicating posts: everything is kept, and what is wrong is named by its field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from signoff.kernel.errors import Invalid, NotAllowed, NotFound, Problem
from signoff.kernel.ids import BrandId, ChannelId, MediaId
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandDraft, create_brand, remove_brand
from signoff.pipeline.draft.content import MediaUse, Override, PostDraft
from signoff.pipeline.draft.media import upload_media
from signoff.pipeline.draft.write import create_post, duplicate_post
from signoff.records.overview.audit_trail import AuditFilter, list_audit
from signoff.records.posts.queries import get_post
from signoff.records.states import ContentType, PostState
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.media.pictures import in_chunks, saved, scene
from tests.support.posts import approved
from tests.support.world import Neighbour, connect_board


@pytest.fixture
def draft(brand: Brand, channel: Channel) -> PostDraft:
    return PostDraft(brand.id, ContentType.FEED_POST, title="Bread", body="At eight.", channels=[channel.id])


async def test_everything_an_author_says_is_kept(
    runtime: Runtime, author: Actor, draft: PostDraft, channel: Channel
) -> None:
    picture = await upload_media(runtime, author, in_chunks(saved(scene(), "PNG")))
    full = replace(
        draft,
        link="https://casaluz.example/bread",
        media=[MediaUse(picture.id, "A loaf")],
        overrides={channel.id: Override(body="At eight, on the square.")},
        tags=["bread", "mornings"],
        metadata={"campaign": {"year": 2026}},
        suggested_time=datetime(2027, 3, 1, 8, tzinfo=UTC),
        image_prompt="a loaf on a table",
        image_ratio="4:5",
        target_prompt="where is fresh bread?",
    )
    post = (await create_post(runtime, author, full)).post
    view = await get_post(runtime, author, post.id)
    assert (view.post.state, view.revision.number, view.author_name) == (PostState.DRAFT, 1, author.name)
    assert (view.revision.link, view.revision.media) == (
        "https://casaluz.example/bread",
        [{"media_id": str(picture.id), "alt": "A loaf"}],
    )
    assert view.revision.overrides == {str(channel.id): {"body": "At eight, on the square."}}
    assert view.revision.metadata_ == {"campaign": {"year": 2026}}
    assert (view.post.tags, view.post.suggested_time) == (["bread", "mornings"], full.suggested_time)
    assert (view.post.image_prompt, view.post.image_ratio) == ("a loaf on a table", "4:5")
    assert view.post.target_prompt == "where is fresh bread?"


async def test_writing_is_in_the_audit(
    runtime: Runtime, author: Actor, owner: Actor, draft: PostDraft
) -> None:
    post = (await create_post(runtime, author, draft)).post
    (line,) = (await list_audit(runtime, owner, AuditFilter(post_id=post.id))).items
    assert (line.entry.action, line.entry.via, line.who) == ("post.create", str(author.via), author.name)


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"title": "x" * 501}, "title", "1 characters too long"),
        ({"body": "x" * 100_020}, "body", "20 characters too long"),
        ({"link": "javascript:alert(1)"}, "link", "isn't a web address"),
        ({"link": "casaluz.example"}, "link", "isn't a web address"),
        ({"link": "https://["}, "link", "isn't a web address"),
        ({"tags": ["x"] * 51}, "tags", "At most 50"),
        ({"suggested_time": datetime(2027, 3, 1, 8)}, "suggested_time", "time zone"),  # noqa: DTZ001 - naive
        ({"body": "a\x00b"}, "body", "NUL"),
        ({"image_prompt": "a\x00b"}, "body", "NUL"),
        ({"media": [MediaUse(MediaId(uuid4()), "A loaf")]}, "media", "doesn't exist"),
        ({"channels": [ChannelId(uuid4())]}, "channels", "was removed"),
        ({"overrides": {ChannelId(uuid4()): Override(body="Elsewhere")}}, "channels", "was removed"),
    ],
)
async def test_what_is_wrong_is_said_of_its_field_and_nothing_is_stored(
    runtime: Runtime, author: Actor, draft: PostDraft, wrong: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        await create_post(runtime, author, replace(draft, **wrong))  # type: ignore[arg-type]
    assert refused.value.extra["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("own", "said"),
    [
        (Override(title="x" * 501), ("title", "A channel's own title is 1 characters too long")),
        (Override(body="x" * 100_020), ("body", "A channel's own text is 20 characters too long")),
    ],
)
async def test_what_a_channel_says_differently_is_limited_like_the_rest(
    runtime: Runtime, author: Actor, draft: PostDraft, channel: Channel, own: Override, said: tuple[str, str]
) -> None:
    field, words = said
    with pytest.raises(Invalid, match=words) as refused:
        await create_post(runtime, author, replace(draft, overrides={channel.id: own}))
    assert refused.value.extra["errors"][0]["field"] == f"overrides.{channel.id}.{field}"


async def test_an_unknown_or_removed_brand_is_not_found(
    runtime: Runtime, owner: Actor, draft: PostDraft, neighbour: Neighbour
) -> None:
    gone = await create_brand(runtime, owner, BrandDraft("Old Bakery", "Europe/Madrid"))
    await remove_brand(runtime, owner, gone.id)
    for brand_id in (BrandId(uuid4()), gone.id, neighbour.brand.id):
        with pytest.raises(NotFound, match="no such brand"):
            await create_post(runtime, owner, replace(draft, brand_id=brand_id, channels=[]))


async def test_another_brands_channel_and_anothers_picture_are_refused(
    runtime: Runtime, owner: Actor, draft: PostDraft, neighbour: Neighbour
) -> None:
    other = await create_brand(runtime, owner, BrandDraft("Bar Luz", "Europe/Madrid"))
    elsewhere = await connect_board(runtime, owner, other, "bar")
    theirs = await upload_media(runtime, neighbour.owner, in_chunks(saved(scene(), "PNG")))
    for wrong in (
        replace(draft, channels=[elsewhere.id]),
        replace(draft, channels=[neighbour.channel.id]),
        replace(draft, media=[MediaUse(theirs.id, "Theirs")]),
    ):
        with pytest.raises(Problem):
            await create_post(runtime, owner, wrong)


async def test_a_viewer_writes_nothing(runtime: Runtime, viewer: Actor, draft: PostDraft) -> None:
    with pytest.raises(NotAllowed):
        await create_post(runtime, viewer, draft)


async def test_a_copy_is_a_draft_of_whoever_made_it(
    runtime: Runtime, owner: Actor, author: Actor, channel: Channel
) -> None:
    original = await approved(runtime, owner, channel)
    copy = await duplicate_post(runtime, author, original.post.id)
    assert copy.post.id != original.post.id
    assert (copy.post.state, copy.post.author_id, copy.seal) == (PostState.DRAFT, author.person_id, None)
    assert copy.revision.body == original.revision.body
    assert list(copy.deliveries) == []
