from __future__ import annotations

from dataclasses import replace

import pytest

from signoff.kernel.errors import Invalid, NotAllowed, NotFound
from signoff.kernel.people import Actor
from signoff.organizations.saved_views import forget_view, list_views, save_view
from signoff.runtime import Runtime
from tests.support.world import Neighbour


async def test_a_view_is_its_owners_alone(
    runtime: Runtime, owner: Actor, publisher: Actor, neighbour: Neighbour
) -> None:
    view = await save_view(runtime, owner, "This week", {"state": "draft", "changed": "7", "tag": " "})
    assert view.filters == {"state": "draft", "changed": "7"}
    assert [each.name for each in await list_views(runtime, owner)] == ["This week"]
    for other in (publisher, neighbour.owner):
        assert await list_views(runtime, other) == []
        with pytest.raises(NotFound):
            await forget_view(runtime, other, view.id)
    await forget_view(runtime, owner, view.id)
    assert await list_views(runtime, owner) == []


async def test_the_same_name_keeps_the_later_choice(runtime: Runtime, owner: Actor) -> None:
    first = await save_view(runtime, owner, "Mine", {"state": "draft"})
    second = await save_view(runtime, owner, "mine", {"state": "approved"})
    assert second.id == first.id
    assert [(each.name, each.filters) for each in await list_views(runtime, owner)] == [
        ("mine", {"state": "approved"})
    ]


@pytest.mark.parametrize(
    ("name", "filters"),
    [
        ("", {"state": "draft"}),
        ("x" * 61, {"state": "draft"}),
        ("Everything", {"sort": " "}),
        ("Wrong", {"colour": "red"}),
        ("Long", {"search": "x" * 201}),
    ],
)
async def test_what_no_list_could_show_isnt_kept(
    runtime: Runtime, owner: Actor, name: str, filters: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        await save_view(runtime, owner, name, filters)


async def test_nobody_keeps_views_without_end_and_agents_keep_none(runtime: Runtime, owner: Actor) -> None:
    for number in range(30):
        await save_view(runtime, owner, f"View {number}", {"tag": "a"})
    with pytest.raises(Invalid, match="30 views already"):
        await save_view(runtime, owner, "One more", {"tag": "a"})
    await save_view(runtime, owner, "View 3", {"tag": "b"})
    with pytest.raises(NotAllowed):
        await save_view(runtime, replace(owner, is_agent=True), "View 3", {"tag": "c"})
