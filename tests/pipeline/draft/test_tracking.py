"""What links carry is part of what is seen, approved and sealed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from signoff.kernel.errors import Invalid, NotAllowed
from signoff.kernel.people import Actor
from signoff.organizations.link_tracking import get_link_tracking, set_link_tracking
from signoff.pipeline.draft.preview import preview
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.review.submit import submit
from signoff.records.deliveries.views import PostView
from signoff.records.posts.tracking import tracked_link
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.posts import draft_for, seen

PARAMETERS = "utm_source={platform}&utm_medium=social&utm_campaign={brand}"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (
            "https://a.example",
            "https://a.example?utm_source=noticeboard&utm_medium=social&utm_campaign=casa-luz",
        ),
        (
            "https://a.example/b?utm_source=mine&c=#d",
            "https://a.example/b?utm_source=mine&c=&utm_medium=social&utm_campaign=casa-luz#d",
        ),
        ("", ""),
    ],
)
async def test_a_link_gets_what_it_hasnt(link: str, expected: str, brand: Brand, channel: Channel) -> None:
    assert tracked_link(link, {None: PARAMETERS}, brand, channel, "feed_post") == expected


async def with_link(runtime: Runtime, actor: Actor, channel: Channel) -> PostView:
    return await create_post(runtime, actor, replace(draft_for(channel), link="https://a.example"))


async def test_what_was_handed_in_keeps_its_links(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    view = await with_link(runtime, owner, channel)
    plain = await seen(runtime, owner, view.post.id)
    await set_link_tracking(runtime, owner, brand.id, {None: PARAMETERS, channel.id: "utm_source={channel}"})
    tracked = await preview(runtime, owner, view.post.id)
    assert tracked.seen != plain
    shown: dict[str, Any] = dict(tracked.variants[0].payload)
    assert shown["link"] == "https://a.example?utm_source=board-plaza"
    await submit(runtime, owner, view.post.id)
    await set_link_tracking(runtime, owner, brand.id, {None: "", channel.id: ""})
    assert (await preview(runtime, owner, view.post.id)).seen == tracked.seen
    assert await get_link_tracking(runtime, owner, brand.id) == {}


@pytest.mark.parametrize("wrong", ["utm source=x", "utm_source", "utm_source={nonsense}", "a=" + "x" * 600])
async def test_what_isnt_a_parameter_is_refused(
    runtime: Runtime, owner: Actor, brand: Brand, wrong: str
) -> None:
    with pytest.raises(Invalid):
        await set_link_tracking(runtime, owner, brand.id, {None: wrong})


async def test_only_who_manages_brands_sets_them(runtime: Runtime, author: Actor, brand: Brand) -> None:
    with pytest.raises(NotAllowed):
        await set_link_tracking(runtime, author, brand.id, {None: PARAMETERS})
