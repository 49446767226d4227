"""Channels in the settings: forms as the platform asks for them, and secrets that never come back."""

from __future__ import annotations

from signoff.connectors.base import TAKES_DOWN
from signoff.kernel.people import Actor, Role
from signoff.organizations.channels import get_channel, list_channels
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.noticeboard import Noticeboard
from tests.support.posts import scheduled
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor

SECRET = "key of plaza"


async def test_the_form_asks_what_the_platform_asks(olga: Visitor, brand: Brand) -> None:
    page = await olga.get("/channels/connect?platform=noticeboard")
    form = page.form("/channels/connect")
    names = {
        name for tag, key, name in page.reader.attributes if key == "name" and tag in {"input", "select"}
    }
    assert {"credentials_board", "credentials_key", "options_colour", "options_pinned"} <= names
    assert ("input", "type", "password") in page.reader.attributes
    assert form.value("options_pinned") == "no"
    assert str(brand.id) in page.html


async def test_an_account_is_connected_and_its_secret_never_shown(
    olga: Visitor, runtime: Runtime, brand: Brand
) -> None:
    await olga.get("/channels/connect?platform=noticeboard")
    fields = {"brand": str(brand.id), "credentials_board": "plaza", "credentials_key": SECRET}
    page = await olga.send("/channels/connect", ("options_pinned", "yes"), options_colour="yellow", **fields)
    assert "is connected" in page.text
    channel = (await list_channels(runtime, olga.actor))[0]
    assert channel.options == {"colour": "yellow", "pinned": True}
    for path in ("/channels", f"/channels/{channel.id}", f"/channels/{channel.id}/reconnect"):
        assert SECRET not in (await olga.get(path)).html


async def test_refused_credentials_are_told_and_nothing_is_stored(
    olga: Visitor, runtime: Runtime, brand: Brand
) -> None:
    await olga.get("/channels/connect?platform=noticeboard")
    fields = {"brand": str(brand.id), "credentials_board": "plaza", "credentials_key": "a wrong one"}
    page = await olga.send("/channels/connect", **fields)
    assert "doesn't know this key" in page.text
    assert page.form("/channels/connect").value("credentials_board") == "plaza"
    assert "a wrong one" not in page.html
    assert await list_channels(runtime, olga.actor) == []


async def test_only_an_account_that_says_so_is_promised_to_take_posts_down(
    olga: Visitor, channel: Channel, noticeboard: Noticeboard
) -> None:
    page = await olga.get(f"/channels/{channel.id}")
    assert "Its sign-in doesn't say that it may" in page.text
    noticeboard.can = ("put up notes", TAKES_DOWN)
    page = await olga.send(f"/channels/{channel.id}/check")
    assert "Take posts down" in page.text
    assert "Its sign-in doesn't say that it may" not in page.text


async def test_a_check_that_fails_shows_on_the_channel(
    olga: Visitor, channel: Channel, noticeboard: Noticeboard
) -> None:
    noticeboard.keys["plaza"] = "another key"
    await olga.get("/channels")
    page = await olga.send(f"/channels/{channel.id}/check")
    assert "Signed out" in page.text
    assert "doesn't know this key" in page.text
    home = await olga.get("/")
    assert "is signed out" in home.text


async def test_reconnecting_takes_new_credentials_for_the_same_account(
    olga: Visitor, runtime: Runtime, channel: Channel, noticeboard: Noticeboard
) -> None:
    noticeboard.keys["plaza"] = "the new key"
    await olga.get("/channels")
    await olga.send(f"/channels/{channel.id}/check")
    await olga.get(f"/channels/{channel.id}/reconnect")
    refused = await olga.send(f"/channels/{channel.id}/reconnect", credentials_key="still wrong")
    assert "doesn't know this key" in refused.text
    page = await olga.send(f"/channels/{channel.id}/reconnect", credentials_key="the new key")
    assert "Connected again." in page.text
    assert (await get_channel(runtime, olga.actor, channel.id)).state == "connected"


async def test_options_arent_changed_while_something_waits(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    await scheduled(runtime, olga.actor, channel)
    await olga.get(f"/channels/{channel.id}")
    page = await olga.send(f"/channels/{channel.id}", options_colour="yellow")
    assert page.status == 409
    assert "were approved with the present options" in page.text


async def test_a_removed_channel_is_gone_from_the_list(olga: Visitor, channel: Channel) -> None:
    await olga.get(f"/channels/{channel.id}/remove")
    page = await olga.send(f"/channels/{channel.id}/remove")
    assert page.path == "/channels"
    assert (await olga.get(f"/channels/{channel.id}")).status == 404


async def test_who_doesnt_manage_channels_sees_no_form(
    arrive: Arrive, owner: Actor, channel: Channel
) -> None:
    assert owner
    author = await arrive(Role.AUTHOR)
    page = await author.get(f"/channels/{channel.id}")
    assert not page.has_form(f"/channels/{channel.id}")
    for path in ("/channels/connect", f"/channels/{channel.id}/reconnect", f"/channels/{channel.id}/remove"):
        assert (await author.get(path)).status == 403
