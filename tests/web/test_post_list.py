"""The list of posts: narrowed, sorted, kept as views, many changed at once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from signoff.kernel.ids import PostId
from signoff.kernel.people import Actor, Role
from signoff.pipeline.draft.content import PostDraft
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.review.archive import archive
from signoff.records.posts.queries import get_post
from signoff.records.states import ContentType, DeliveryState, PostState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import approved, in_review, written
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor

_MANY = 40


async def states(runtime: Runtime, actor: Actor, *posts: PostId) -> list[PostState]:
    return [(await get_post(runtime, actor, each)).post.state for each in posts]


async def titled(
    runtime: Runtime, actor: Actor, channel: Channel, title: str, tags: Sequence[str] = ()
) -> PostId:
    draft = PostDraft(
        brand_id=channel.brand_id,
        content_type=ContentType.FEED_POST,
        title=title,
        body="Fresh bread at eight.",
        channels=[channel.id],
        tags=list(tags),
    )
    return (await create_post(runtime, actor, draft)).post.id


def ticked(action: str, *posts: PostId) -> list[tuple[str, str]]:
    """What the list sends when these are ticked and a button is pressed."""
    return [("action", action), *(("post", str(each)) for each in posts)]


async def test_it_is_narrowed_by_more_than_a_state(
    olga: Visitor, arrive: Arrive, runtime: Runtime, channel: Channel
) -> None:
    anton = await arrive(Role.AUTHOR)
    await titled(runtime, olga.actor, channel, "By Olga")
    await titled(runtime, anton.actor, channel, "By Anton", ["winter"])
    by_anton = (await olga.get(f"/posts?author={anton.actor.person_id}")).text
    assert "By Anton" in by_anton
    assert "By Olga" not in by_anton
    assert "By Olga" not in (await olga.get("/posts?tag=winter")).text
    assert "By Olga" in (await olga.get(f"/posts?channel={channel.id}&changed=1")).text
    assert "No post matches" in (await olga.get("/posts?since=2020-01-01&until=2020-01-31")).text
    assert "By Olga" in (await olga.get("/posts?brand=nonsense&since=never&sort=colour")).text


async def test_a_column_is_sorted_both_ways(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    for title in ("Apple", "Bread"):
        await titled(runtime, olga.actor, channel, title)
    for sort, titles in (("title", ["Apple", "Bread"]), ("-title", ["Bread", "Apple"])):
        page = await olga.get(f"/posts?sort={sort}")
        assert sorted(titles, key=page.text.index) == titles
        other = "-title" if sort == "title" else "title"
        assert f"/posts?sort={other}" in page.links


async def test_a_view_is_saved_found_again_and_deleted_with_a_way_back(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    await written(runtime, olga.actor, channel)
    await olga.get("/posts/views/new?state=draft&changed=7")
    page = await olga.send("/posts/views?state=draft&changed=7", name="This week")
    assert page.path == "/posts?state=draft&changed=7"
    assert "“This week” is among your views." in page.text
    page = await olga.get("/posts")
    assert "/posts?state=draft&changed=7" in page.links
    page = await olga.get("/posts?state=draft&changed=7")
    delete = next(form.action for form in page.reader.forms if form.action.endswith("/delete"))
    page = await olga.send(delete)
    assert "“This week” is deleted." in page.text
    page = await olga.send("/posts/views?state=draft&changed=7", name="This week")
    assert "“This week” is among your views." in page.text


async def test_many_are_archived_and_come_back_where_they_were(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    draft = (await written(runtime, olga.actor, channel)).post.id
    waiting = (await in_review(runtime, olga.actor, channel)).post.id
    await olga.get("/posts")
    page = await olga.send("/posts/bulk", *ticked("archive", draft, waiting))
    assert page.path == "/posts"
    assert "2 posts are archived." in page.text
    assert await states(runtime, olga.actor, draft, waiting) == [PostState.ARCHIVED] * 2
    page = await olga.send("/posts/bulk/undo")
    assert "Undone." in page.text
    assert await states(runtime, olga.actor, draft, waiting) == [PostState.DRAFT, PostState.IN_REVIEW]


@pytest.mark.slow
async def test_the_message_offers_undo_for_more_than_a_cookie_could_name(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    posts = [await titled(runtime, olga.actor, channel, f"Post {number}") for number in range(_MANY)]
    await olga.get("/posts")
    page = await olga.send("/posts/bulk", *ticked("tag", *posts), tags="winter, sale")
    assert f"{_MANY} posts are tagged." in page.text
    assert (await get_post(runtime, olga.actor, posts[-1])).post.tags == ["winter", "sale"]
    assert "Undone." in (await olga.send("/posts/bulk/undo")).text
    assert (await get_post(runtime, olga.actor, posts[-1])).post.tags == []


async def test_an_approval_isnt_lost_without_being_asked(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    sealed = (await approved(runtime, olga.actor, channel)).post.id
    await olga.get("/posts")
    page = await olga.send("/posts/bulk", *ticked("archive", sealed))
    assert "1 of them is approved" in page.text
    assert await states(runtime, olga.actor, sealed) == [PostState.APPROVED]
    page = await olga.send("/posts/bulk")
    assert "1 post is archived." in page.text
    assert "/posts/bulk/undo" not in [form.action for form in page.reader.forms]


async def test_each_post_is_handled_for_itself(
    olga: Visitor, arrive: Arrive, runtime: Runtime, channel: Channel
) -> None:
    anton = await arrive(Role.AUTHOR)
    mine = await titled(runtime, anton.actor, channel, "Mine")
    other = await titled(runtime, olga.actor, channel, "By Olga")
    await anton.get("/posts")
    page = await anton.send("/posts/bulk", *ticked("archive", mine, other))
    assert "Authors archive their own posts." in page.text
    assert await states(runtime, olga.actor, mine, other) == [PostState.ARCHIVED, PostState.DRAFT]
    page = await anton.send("/posts/bulk/undo")
    assert await states(runtime, olga.actor, mine) == [PostState.DRAFT]


async def test_the_other_things_done_with_many_have_their_way_back(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    ready = (await approved(runtime, olga.actor, channel)).post.id
    old = (await written(runtime, olga.actor, channel)).post.id
    await archive(runtime, olga.actor, old)
    me = str(olga.actor.person_id)

    async def done_and_undone(action: str, post: PostId, **given: str) -> None:
        await olga.get("/posts")
        page = await olga.send("/posts/bulk", *ticked(action, post), **given)
        assert "1 post is" in page.text, page.text

    await done_and_undone("schedule", ready)
    await olga.send("/posts/bulk/undo")
    delivery = (await get_post(runtime, olga.actor, ready)).deliveries[0].delivery
    assert delivery.state is DeliveryState.CANCELLED
    await done_and_undone("assign", ready, person=me)
    assert str((await get_post(runtime, olga.actor, ready)).post.assignee_id) == me
    await olga.send("/posts/bulk/undo")
    assert (await get_post(runtime, olga.actor, ready)).post.assignee_id is None
    await done_and_undone("restore", old)
    await olga.send("/posts/bulk/undo")
    assert await states(runtime, olga.actor, old) == [PostState.ARCHIVED]


@pytest.mark.parametrize("action", ["archive", "explode"])
async def test_what_cant_be_done_says_so(
    olga: Visitor, runtime: Runtime, channel: Channel, action: str
) -> None:
    post = (await written(runtime, olga.actor, channel)).post.id
    await olga.get("/posts")
    page = await olga.send("/posts/bulk", *ticked(action, *([] if action == "archive" else [post])))
    assert page.status == 422
    assert await states(runtime, olga.actor, post) == [PostState.DRAFT]
