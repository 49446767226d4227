"""An earlier version comes back as a new one, and nothing leaves the history."""

from __future__ import annotations

import pytest

from signoff.kernel.errors import NotFound, VersionChanged, WrongState
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.pipeline.draft.bring_back import bring_back
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.review.submit import submit
from signoff.records.posts.queries import list_revisions
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import written


async def test_an_earlier_version_comes_back_as_a_new_one(
    runtime: Runtime, author: Actor, channel: Channel
) -> None:
    first = await written(runtime, author, channel)
    changes = {"body": "Bread at nine.", "channels": []}
    second = await edit_post(runtime, author, first.post.id, changes, version=first.post.version)
    back = await bring_back(runtime, author, first.post.id, 1, version=second.post.version)
    assert (back.revision.number, back.revision.body) == (3, "Fresh bread at eight.")
    assert back.revision.channel_ids == [channel.id]
    bodies = [each.body for each in await list_revisions(runtime, author, first.post.id)]
    assert bodies == ["Fresh bread at eight.", "Bread at nine.", "Fresh bread at eight."]
    with pytest.raises(VersionChanged):
        await bring_back(runtime, author, first.post.id, 1, version=second.post.version)
    for unknown in (0, 9, 2**40):
        with pytest.raises(NotFound):
            await bring_back(runtime, author, first.post.id, unknown, version=back.post.version)
    handed_in = await submit(runtime, author, first.post.id)
    with pytest.raises(WrongState, match="in review"):
        await bring_back(runtime, author, first.post.id, 1, version=handed_in.post.version)


async def test_a_version_for_the_channels_of_another_brand_comes_back_without_them(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    first = await written(runtime, owner, channel)
    other = await create_brand(runtime, owner, BrandDraft(name="Northlight", time_zone="Europe/London"))
    changes = {"brand_id": other.id, "body": "Bread at nine.", "channels": []}
    moved = await edit_post(runtime, owner, first.post.id, changes, version=first.post.version)
    back = await bring_back(runtime, owner, first.post.id, 1, version=moved.post.version)
    assert (back.brand.id, back.revision.body) == (other.id, "Fresh bread at eight.")
    assert back.revision.channel_ids == []
