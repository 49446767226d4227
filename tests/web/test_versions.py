"""The versions of a post: compared word by word, and brought back."""

from __future__ import annotations

from signoff.kernel.people import Actor, Role
from signoff.pipeline.draft.content import Override
from signoff.pipeline.draft.edit import edit_post
from signoff.records.posts.queries import get_post
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import in_review, written
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor


async def test_two_versions_are_compared_and_the_earlier_one_is_brought_back(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    view = await written(runtime, olga.actor, channel)
    changes = {"body": "Fresh rolls at eight.", "overrides": {channel.id: Override(body="Rolls!")}}
    await edit_post(runtime, olga.actor, view.post.id, changes, version=view.post.version)
    address = f"/posts/{view.post.id}/versions"
    page = await olga.get(address)
    assert "From version 1 to version 2" in page.text
    assert "<del>bread</del><ins>rolls</ins>" in page.html
    assert "Board plaza, as it gets it" in page.text
    page = await olga.send(f"{address}/1/restore")
    assert "Version 1 is back, as version 3" in page.text
    assert (await get_post(runtime, olga.actor, view.post.id)).revision.body == "Fresh bread at eight."
    assert "Their content is the same." in (await olga.get(f"{address}?old=1&new=3")).text
    assert (await olga.get(f"{address}?old=9")).status == 404


async def test_only_a_draft_and_only_for_who_may_edit_it(
    arrive: Arrive, runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    author = await arrive(Role.AUTHOR)
    waiting, foreign = await in_review(runtime, owner, channel), await written(runtime, owner, channel)
    await edit_post(runtime, owner, foreign.post.id, {"title": "Rye"}, version=foreign.post.version)
    assert "Request changes first" in (await author.get(f"/posts/{waiting.post.id}/versions")).text
    assert "Bring back version" not in (await author.get(f"/posts/{foreign.post.id}/versions")).html
