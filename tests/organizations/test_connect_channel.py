from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from signoff.connectors.about import Field
from signoff.connectors.base import Connector
from signoff.connectors.errors import ConnectorError, Reconnect, Refused, Throttled, TryLater
from signoff.kernel.errors import Invalid, NotAllowed, NotFound, TooMany, Unavailable, WrongState
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.organizations.channels import (
    connect_channel,
    get_channel,
    list_channels,
    platforms,
    remove_channel,
)
from signoff.records.tenants import AccountState, Brand, Channel
from signoff.runtime import Runtime
from tests.support.noticeboard import ABOUT, Noticeboard
from tests.support.world import Neighbour, connect_board

GOOD = {"board": "plaza", "key": "key of plaza"}


async def connect(
    runtime: Runtime,
    actor: Actor,
    brand: Brand,
    credentials: Mapping[str, Any] = GOOD,
    options: Mapping[str, Any] | None = None,
    platform: str = "noticeboard",
) -> Channel:
    return await connect_channel(runtime, actor, brand.id, platform, "Plaza", credentials, options or {})


def fields_of(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [error["field"] for error in refused.value.extra["errors"]]


async def test_a_connected_channel_knows_its_account(runtime: Runtime, admin: Actor, brand: Brand) -> None:
    channel = await connect(runtime, admin, brand)
    assert (channel.state, channel.account.key, channel.account_name) == (
        "connected",
        "noticeboard:board.example:plaza",
        "Plaza",
    )
    assert channel.abilities == ["put up notes"]
    assert channel.checked_at is not None
    async with runtime.worker_transaction() as tx:
        assert await tx.get(AccountState, channel.account_key) is not None


async def test_options_that_are_not_given_have_their_defaults(
    runtime: Runtime, owner: Actor, brand: Brand
) -> None:
    channel = await connect(runtime, owner, brand, options={"pinned": "on"})
    assert channel.options == {"colour": "white", "pinned": True}


async def test_credentials_are_unreadable_in_the_database(
    runtime: Runtime, owner: Actor, brand: Brand
) -> None:
    channel = await connect(runtime, owner, brand)
    async with runtime.worker_transaction() as tx:
        row = await tx.scalar(text("select to_jsonb(c)::text from channels c"))
        sealed = await tx.scalar(select(Channel.credentials).where(Channel.id == channel.id))
    assert "key of plaza" not in str(row)
    assert sealed
    assert b"plaza" not in sealed
    assert runtime.vault.open_secret(sealed) == GOOD


@pytest.mark.parametrize(
    ("credentials", "options", "wrong"),
    [
        ({}, {}, ["credentials.board", "credentials.key"]),
        ({"board": "plaza", "key": "  "}, {}, ["credentials.key"]),
        ({**GOOD, "password": "x"}, {}, ["credentials.password"]),
        ({**GOOD, "board": 5}, {}, ["credentials.board"]),
        (GOOD, {"colour": "red"}, ["options.colour"]),
        (GOOD, {"pinned": "perhaps"}, ["options.pinned"]),
        (GOOD, {"size": "big"}, ["options.size"]),
    ],
)
async def test_what_the_platform_does_not_ask_for_is_refused_before_it_is_called(
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    noticeboard: Noticeboard,
    *,
    credentials: Mapping[str, Any],
    options: Mapping[str, Any],
    wrong: list[str],
) -> None:
    with pytest.raises(Invalid) as refused:
        await connect(runtime, owner, brand, credentials, options)
    assert fields_of(refused) == wrong
    assert noticeboard.checked_with == []


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (Reconnect("The key is wrong.", advice="Ask for a new key."), Invalid),
        (Refused("There is no such board.", advice="Ask for a new key."), Invalid),
        (TryLater("It didn't answer.", advice="Ask for a new key."), Unavailable),
    ],
)
async def test_what_the_platform_says_reaches_the_person(
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    noticeboard: Noticeboard,
    said: ConnectorError,
    answer: type[Exception],
) -> None:
    noticeboard.fails_with = [said]
    with pytest.raises(answer) as refused:
        await connect(runtime, owner, brand)
    assert said.detail in str(refused.value)
    assert getattr(refused.value, "next_step", "") == "Ask for a new key."
    assert await list_channels(runtime, owner) == []


async def test_a_platform_that_asks_to_wait_says_how_long(
    runtime: Runtime, owner: Actor, brand: Brand, noticeboard: Noticeboard
) -> None:
    wait = runtime.clock.now() + timedelta(minutes=10)
    noticeboard.fails_with = [Throttled("Too fast.", not_before=wait)]
    with pytest.raises(TooMany) as refused:
        await connect(runtime, owner, brand)
    assert 590 < refused.value.extra["retry_after_s"] <= 600


async def test_the_same_account_is_connected_once_in_an_organization(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    second = await create_brand(runtime, owner, BrandDraft("Second", "UTC"))
    with pytest.raises(WrongState, match="Board plaza") as refused:
        await connect(runtime, owner, second)
    assert refused.value.extra["channel_id"] == str(channel.id)


async def test_connecting_the_same_account_twice_at_once_makes_one_channel(
    runtime: Runtime, owner: Actor, brand: Brand
) -> None:
    answers = await asyncio.gather(
        *(connect(runtime, owner, brand) for _ in range(3)), return_exceptions=True
    )
    assert sum(isinstance(answer, WrongState) for answer in answers) == 2
    assert len(await list_channels(runtime, owner)) == 1


async def test_a_removed_channels_account_can_be_connected_again(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    await remove_channel(runtime, owner, channel.id)
    again = await connect(runtime, owner, brand)
    assert again.id != channel.id


async def test_two_organizations_may_connect_the_same_account(
    runtime: Runtime, owner: Actor, brand: Brand, neighbour: Neighbour
) -> None:
    ours = await connect_board(runtime, owner, brand, "mercado")
    assert ours.account_key == neighbour.channel.account_key


async def test_unknown_platforms_and_brands_are_refused(
    runtime: Runtime, owner: Actor, brand: Brand, neighbour: Neighbour
) -> None:
    with pytest.raises(Invalid) as refused:
        await connect(runtime, owner, brand, platform="myspace")
    assert fields_of(refused) == ["platform"]
    with pytest.raises(NotFound):
        await connect(runtime, owner, neighbour.brand)


async def test_only_admins_connect_channels(runtime: Runtime, publisher: Actor, brand: Brand) -> None:
    with pytest.raises(NotAllowed):
        await connect(runtime, publisher, brand)


async def test_channels_are_listed_without_their_credentials(
    runtime: Runtime, viewer: Actor, channel: Channel, neighbour: Neighbour
) -> None:
    (listed,) = await list_channels(runtime, viewer)
    assert listed.id == channel.id
    assert "credentials" not in vars(listed)
    assert await list_channels(runtime, viewer, neighbour.brand.id) == []
    with pytest.raises(NotFound):
        await get_channel(runtime, viewer, neighbour.channel.id)


async def test_pages_of_two_brands_are_two_accounts_although_nobody_enters_anything(
    runtime: Runtime, owner: Actor, brand: Brand
) -> None:
    second = await create_brand(runtime, owner, BrandDraft("Second", "UTC"))
    channels = [await connect(runtime, owner, each, {}, platform="html") for each in (brand, second)]
    assert channels[0].account_key != channels[1].account_key
    assert [each.options for each in channels] == [{"folder": "site"}, {"folder": "site"}]


class TestNamespaces:
    """A connector that keeps things apart by namespace is told whose they are; nobody is asked."""

    @pytest.fixture
    def noticeboard(self) -> Noticeboard:
        own = replace(ABOUT, credentials=(*ABOUT.credentials, Field("namespace", "Namespace")))
        return Noticeboard(about=own)

    @pytest.fixture
    def connectors(self, noticeboard: Noticeboard) -> Mapping[str, Connector]:
        return {"noticeboard": noticeboard}

    async def test_a_namespace_is_filled_in(
        self, runtime: Runtime, owner: Actor, brand: Brand, noticeboard: Noticeboard
    ) -> None:
        await connect(runtime, owner, brand)
        assert noticeboard.checked_with == [{**GOOD, "namespace": f"{owner.organization_id}_{brand.id}"}]

    async def test_nobody_chooses_the_namespace(self, runtime: Runtime, owner: Actor, brand: Brand) -> None:
        assert [each.name for each in platforms(runtime)[0].credentials] == ["board", "key"]
        with pytest.raises(Invalid):
            await connect(runtime, owner, brand, {**GOOD, "namespace": "somebody else's"})
