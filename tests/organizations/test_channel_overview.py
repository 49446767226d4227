"""All channels in pages: what asks for somebody comes first, and words of a name find them."""

from __future__ import annotations

import pytest

from signoff.kernel.errors import Invalid
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.organizations.channels import check_channel
from signoff.organizations.channels.overview import channel_figures, count_channels, page_by_urgency
from signoff.organizations.members import page_of_members
from signoff.records.pages import encode_cursor
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.noticeboard import Noticeboard
from tests.support.world import Neighbour, connect_board


@pytest.fixture
async def boards(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel, noticeboard: Noticeboard
) -> list[Channel]:
    """Four channels of two brands; “playa” is signed out, “puerto” has a warning."""
    harbour = await create_brand(runtime, owner, BrandDraft("Harbour 100%", "Europe/London"))
    made = [
        channel,
        await connect_board(runtime, owner, brand, "playa"),
        await connect_board(runtime, owner, harbour, "puerto"),
        await connect_board(runtime, owner, harbour, "Anker"),
    ]
    noticeboard.keys["playa"] = "another one"
    await check_channel(runtime, owner, made[1].id)
    noticeboard.warnings = ("The board hangs loose.",)
    await check_channel(runtime, owner, made[2].id)
    return made


async def test_pages_hold_every_channel_once_the_urgent_ones_first(
    runtime: Runtime, owner: Actor, boards: list[Channel], neighbour: Neighbour
) -> None:
    shown: list[str] = []
    cursor = None
    for _ in range(4):
        page = await page_by_urgency(runtime, owner, cursor=cursor, limit=1)
        shown += [channel.name for channel in page.items]
        cursor = page.next_cursor
    assert cursor is None
    assert shown == ["Board playa", "Board puerto", "Board plaza", "Board Anker"]


async def test_channels_are_found_by_their_own_name_or_their_brands(
    runtime: Runtime, owner: Actor, brand: Brand, boards: list[Channel]
) -> None:
    async def found(search: str, **only: object) -> set[str]:
        page = await page_by_urgency(runtime, owner, search=search, **only)  # type: ignore[arg-type]
        return {channel.name for channel in page.items}

    assert await found("PLAZA") == {"Board plaza"}
    assert await found("harbour") == {"Board puerto", "Board Anker"}
    assert await found("100%") == {"Board puerto", "Board Anker"}
    assert await found("%") == {"Board puerto", "Board Anker"}
    assert await found("board", brand_id=brand.id) == {"Board plaza", "Board playa"}
    assert await found("nothing like it") == set()


async def test_figures_count_how_they_are(
    runtime: Runtime, owner: Actor, brand: Brand, boards: list[Channel], neighbour: Neighbour
) -> None:
    figures = await channel_figures(runtime, owner)
    assert (figures.healthy, figures.ending, figures.signed_out, figures.sandboxed) == (3, 0, 1, 0)
    assert (await channel_figures(runtime, owner, brand.id)).signed_out == 1
    assert set((await count_channels(runtime, owner)).values()) == {2}


@pytest.mark.parametrize("said", ["", "x", "1\x1fonly two"])
async def test_a_cursor_of_another_list_is_refused(
    runtime: Runtime, owner: Actor, boards: list[Channel], said: str
) -> None:
    with pytest.raises(Invalid, match="cursor"):
        await page_by_urgency(runtime, owner, cursor=encode_cursor(said, boards[0].id))


async def test_members_are_found_by_address_and_name(runtime: Runtime, owner: Actor, author: Actor) -> None:
    page = await page_of_members(runtime, owner, search=author.email[:5].upper())
    assert [member.person_id for member in page.items] == [author.person_id]
    assert (await page_of_members(runtime, owner, search="nobody at all")).items == []
