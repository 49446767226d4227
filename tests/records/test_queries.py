"""Finding posts again: filters, words, orders and pages; nothing twice, nothing missing or of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

import pytest

from signoff.kernel.errors import Invalid, NotFound
from signoff.kernel.ids import PersonId, PostId
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.pipeline.draft.content import PostDraft
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.review.archive import archive
from signoff.records.deliveries.views import PostView
from signoff.records.pages import Page, encode_cursor
from signoff.records.posts.counts import count_by_state
from signoff.records.posts.listing import list_posts
from signoff.records.posts.queries import get_post, list_revisions
from signoff.records.posts.queue import review_queue
from signoff.records.posts.story import post_timeline
from signoff.records.states import ContentType, PostState
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.posts import approved, in_review, written
from tests.support.world import Neighbour, connect_board


@pytest.fixture
def draft(brand: Brand) -> PostDraft:
    return PostDraft(brand.id, ContentType.FEED_POST)


def titles(page: Page[PostView]) -> list[str]:
    return [view.post.title for view in page.items]


async def store(runtime: Runtime, actor: Actor, drafts: Sequence[PostDraft]) -> list[PostId]:
    return [(await create_post(runtime, actor, one)).post.id for one in drafts]


async def test_words_are_found_in_title_text_and_tags(
    runtime: Runtime, owner: Actor, draft: PostDraft
) -> None:
    await store(
        runtime,
        owner,
        [
            replace(draft, title="Fresh bread"),
            replace(draft, title="Morning", body="We bake bread at six."),
            replace(draft, title="Cake", tags=["bread"]),
            replace(draft, title="Coffee"),
        ],
    )
    found = await list_posts(runtime, owner, search="bread", sort="title")
    assert titles(found) == ["Cake", "Fresh bread", "Morning"]
    assert titles(await list_posts(runtime, owner, search="bread -bake", sort="title")) == [
        "Cake",
        "Fresh bread",
    ]
    assert titles(await list_posts(runtime, owner, search="'); drop table posts --")) == []


async def test_each_filter_leaves_out_what_it_says(
    runtime: Runtime, owner: Actor, author: Actor, brand: Brand, channel: Channel
) -> None:
    other = await create_brand(runtime, owner, BrandDraft("Bar Luz", "Europe/Madrid"))
    elsewhere = await connect_board(runtime, owner, other, "bar")
    draft = await written(runtime, author, channel)
    waiting = await in_review(runtime, owner, elsewhere)
    tagged = await create_post(
        runtime, owner, PostDraft(brand.id, ContentType.FEED_POST, title="Tagged", tags=["bread"])
    )

    async def found(**wanted: object) -> set[PostId]:
        page = await list_posts(runtime, owner, **wanted)  # type: ignore[arg-type]
        return {view.post.id for view in page.items}

    assert await found(state=PostState.IN_REVIEW) == {waiting.post.id}
    assert await found(brand_id=brand.id) == {draft.post.id, tagged.post.id}
    assert await found(channel_id=elsewhere.id) == {waiting.post.id}
    assert await found(author_id=author.person_id) == {draft.post.id}
    assert await found(author_id=PersonId(uuid4())) == set()
    assert await found(tag="bread") == {tagged.post.id}
    assert await found(brand_id=other.id, state=PostState.DRAFT) == set()


async def test_what_is_archived_shows_when_it_is_asked_for(
    runtime: Runtime, owner: Actor, draft: PostDraft
) -> None:
    (post_id,) = await store(runtime, owner, [replace(draft, title="Old bread")])
    await archive(runtime, owner, post_id)
    assert titles(await list_posts(runtime, owner)) == []
    assert titles(await list_posts(runtime, owner, state=PostState.ARCHIVED)) == ["Old bread"]
    assert titles(await list_posts(runtime, owner, search="bread")) == ["Old bread"]


@pytest.mark.parametrize("sort", ["-updated_at", "updated_at", "-created_at", "created_at", "title"])
async def test_page_by_page_everything_is_seen_once_in_its_order(
    runtime: Runtime, owner: Actor, draft: PostDraft, sort: str
) -> None:
    names = ["B", "A", "C", "A", "B"]  # the same titles too, which only their ids keep apart
    ids = await store(runtime, owner, [replace(draft, title=name) for name in names])
    seen, cursor = list[PostView](), None
    while True:
        page = await list_posts(runtime, owner, sort=sort, cursor=cursor, limit=2)
        seen += page.items
        if (cursor := page.next_cursor) is None:
            break
    shown = [view.post.id for view in seen]
    by_title = [one for _, one in sorted(zip(names, ids, strict=True))]
    assert shown == {"title": by_title}.get(sort, ids[::-1] if sort.startswith("-") else ids)


async def test_an_order_or_a_place_that_is_none_is_refused(
    runtime: Runtime, owner: Actor, draft: PostDraft
) -> None:
    await store(runtime, owner, [replace(draft, title=name) for name in "AB"])
    by_title = (await list_posts(runtime, owner, sort="title", limit=1)).next_cursor
    for wrong in (
        {"sort": "colour"},
        {"limit": 0},
        {"limit": 101},
        {"cursor": "nonsense"},
        {"cursor": by_title},
        {"cursor": encode_cursor("2026-07-15T09:00:00", uuid4())},
    ):
        with pytest.raises(Invalid):
            await list_posts(runtime, owner, **wrong)


async def test_the_queue_begins_with_what_waits_longest(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    waiting = [(await in_review(runtime, owner, channel, body=body)).post.id for body in "abc"]
    await approved(runtime, owner, channel)
    first = await review_queue(runtime, owner, limit=2)
    rest = await review_queue(runtime, owner, limit=2, cursor=first.next_cursor)
    assert [view.post.id for view in (*first.items, *rest.items)] == waiting


async def test_posts_are_counted_in_each_state(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    await written(runtime, owner, channel)
    await written(runtime, owner, channel)
    await in_review(runtime, owner, channel)
    assert await count_by_state(runtime, owner) == {
        PostState.DRAFT: 2,
        PostState.IN_REVIEW: 1,
        PostState.APPROVED: 0,
        PostState.ARCHIVED: 0,
    }


async def test_a_posts_story_is_told_from_its_beginning(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    post = (await approved(runtime, owner, channel)).post
    story = await post_timeline(runtime, owner, post.id)
    assert [(one.action, one.who) for one in story] == [
        ("post.create", owner.name),
        ("post.submit", owner.name),
        ("post.approve", owner.name),
    ]


async def test_nothing_of_others_is_found(
    runtime: Runtime, owner: Actor, neighbour: Neighbour, channel: Channel
) -> None:
    post = (await written(runtime, owner, channel)).post
    theirs = neighbour.owner
    assert titles(await list_posts(runtime, theirs, search="bread")) == []
    assert titles(await list_posts(runtime, theirs, brand_id=post.brand_id)) == []
    assert sum((await count_by_state(runtime, theirs)).values()) == 0
    for ask in (get_post, list_revisions, post_timeline):
        with pytest.raises(NotFound):
            await ask(runtime, theirs, post.id)
