"""What happens to a connected channel: checks, another key, other options, its end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from signoff.connectors.errors import Refused, TryLater
from signoff.kernel.errors import Invalid, NotAllowed, NotFound, VersionChanged, WrongState
from signoff.kernel.ids import ChannelId
from signoff.kernel.people import Actor, Role
from signoff.organizations.channels import (
    change_channel,
    check_channel,
    check_due_channels,
    get_channel,
    reconnect_channel,
    remove_channel,
)
from signoff.organizations.sweep import sweep
from signoff.pipeline.schedule.change import cancel
from signoff.records.alerts.notices import open_alerts
from signoff.records.models import Alert
from signoff.records.states import DeliveryAction, DeliveryState, Wanted
from signoff.records.tenants import AccountState, Brand, Channel
from signoff.runtime import Runtime
from signoff.vault import Vault
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import moved, scheduled
from tests.support.world import Neighbour, connect_board


async def stored_credentials(runtime: Runtime, channel_id: ChannelId) -> dict[str, str] | None:
    async with runtime.worker_transaction() as tx:
        sealed = await tx.scalar(select(Channel.credentials).where(Channel.id == channel_id))
    return runtime.vault.open_secret(sealed) if sealed else None


class TestChecking:
    async def test_a_healthy_account_is_noted(
        self, runtime: Runtime, publisher: Actor, channel: Channel, noticeboard: Noticeboard
    ) -> None:
        noticeboard.warnings = ("The key ends on Friday.",)
        checked = await check_channel(runtime, publisher, channel.id)
        assert (checked.state, checked.warnings) == ("connected", ["The key ends on Friday."])
        assert checked.checked_at is not None
        assert channel.checked_at is not None
        assert checked.checked_at > channel.checked_at

    async def test_a_lost_connection_makes_deliveries_wait_and_tells_once(
        self, runtime: Runtime, owner: Actor, channel: Channel, noticeboard: Noticeboard
    ) -> None:
        noticeboard.keys["plaza"] = "another key"
        await check_channel(runtime, owner, channel.id)
        checked = await check_channel(runtime, owner, channel.id)
        assert (checked.state, checked.problem, checked.next_step) == (
            "reconnect",
            "The board doesn't know this key.",
            "Ask for a new key.",
        )
        async with runtime.transaction(owner.organization_id) as tx:
            (alert,) = await tx.scalars(select(Alert))
        assert alert.title == "“Board plaza” must be connected again"
        assert alert.path == f"/channels/{channel.id}"

    async def test_an_account_that_became_another_must_be_connected_again(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        async with runtime.worker_transaction() as tx:
            sealed = runtime.vault.seal_secret({"board": "mercado", "key": "key of mercado"})
            await tx.execute(update(Channel).where(Channel.id == channel.id).values(credentials=sealed))
        checked = await check_channel(runtime, owner, channel.id)
        assert checked.state == "reconnect"
        assert "another account: Mercado" in checked.problem

    @pytest.mark.parametrize("said", [TryLater("It didn't answer."), Refused("The colour is gone.")])
    async def test_other_troubles_are_shown_and_do_not_hold_anything(
        self,
        runtime: Runtime,
        owner: Actor,
        channel: Channel,
        noticeboard: Noticeboard,
        said: TryLater | Refused,
    ) -> None:
        noticeboard.fails_with = [said]
        checked = await check_channel(runtime, owner, channel.id)
        assert (checked.state, checked.problem) == ("connected", said.detail)
        assert (await check_channel(runtime, owner, channel.id)).problem == ""

    async def test_what_is_checked_is_due_a_day_later(
        self,
        runtime: Runtime,
        owner: Actor,
        channel: Channel,
        neighbour: Neighbour,
        clock: ShiftableClock,
        noticeboard: Noticeboard,
    ) -> None:
        assert await check_due_channels(runtime) == 0
        clock.advance(timedelta(hours=25))
        noticeboard.keys["plaza"] = "another key"
        assert await check_due_channels(runtime) == 2
        assert (await get_channel(runtime, owner, channel.id)).state == "reconnect"
        assert (await get_channel(runtime, neighbour.owner, neighbour.channel.id)).state == "connected"
        assert await check_due_channels(runtime) == 0

    async def test_one_that_breaks_the_check_does_not_keep_the_others_from_it(
        self,
        runtime: Runtime,
        owner: Actor,
        brand: Brand,
        channel: Channel,
        noticeboard: Noticeboard,
        clock: ShiftableClock,
    ) -> None:
        other = await connect_board(runtime, owner, brand, "mercado")
        clock.advance(timedelta(hours=25))
        noticeboard.fails_with = [KeyError("an answer that nobody thought of")]
        due_at = clock.now()
        assert await check_due_channels(runtime) == 2
        checked = [(await get_channel(runtime, owner, one.id)).checked_at for one in (channel, other)]
        assert sum(at is not None and at >= due_at - timedelta(minutes=1) for at in checked) == 1

    async def test_one_that_can_not_be_checked_for_two_days_is_told_once_until_it_can(
        self,
        runtime: Runtime,
        owner: Actor,
        brand: Brand,
        noticeboard: Noticeboard,
        clock: ShiftableClock,
    ) -> None:
        await connect_board(runtime, owner, brand)
        for hours in (25, 1, 23, 1):
            clock.advance(timedelta(hours=hours))
            noticeboard.fails_with = [KeyError("an answer that nobody thought of")]
            await check_due_channels(runtime)
        (alert,) = await open_alerts(runtime, owner)
        assert alert.title == "“Board plaza” can't be checked"
        assert "KeyError" in alert.cause
        await check_due_channels(runtime)
        assert await open_alerts(runtime, owner) == []

    async def test_a_viewer_does_not_call_platforms(
        self, runtime: Runtime, viewer: Actor, channel: Channel
    ) -> None:
        with pytest.raises(NotAllowed):
            await check_channel(runtime, viewer, channel.id)


class TestReconnecting:
    async def test_a_new_key_connects_again_and_names_what_can_be_retried(
        self, runtime: Runtime, owner: Actor, channel: Channel, noticeboard: Noticeboard
    ) -> None:
        waiting = await scheduled(runtime, owner, channel)
        failed = await scheduled(runtime, owner, channel)
        await moved(runtime, failed.id, DeliveryAction.CLAIM, DeliveryAction.FAIL, error_class="reconnect")
        other = await scheduled(runtime, owner, channel)
        await moved(runtime, other.id, DeliveryAction.CLAIM, DeliveryAction.FAIL, error_class="refused")
        noticeboard.keys["plaza"] = "another key"
        await check_channel(runtime, owner, channel.id)
        answer = await reconnect_channel(runtime, owner, channel.id, {"key": "another key"})
        assert (answer.channel.state, answer.channel.problem) == ("connected", "")
        assert answer.retryable == [failed.id]
        assert waiting.id not in answer.retryable
        assert await stored_credentials(runtime, channel.id) == {"board": "plaza", "key": "another key"}

    async def test_a_hold_on_the_account_ends(self, runtime: Runtime, owner: Actor, channel: Channel) -> None:
        async with runtime.worker_transaction() as tx:
            held = update(AccountState).where(AccountState.key == channel.account_key)
            until = runtime.clock.now() + timedelta(days=1)
            await tx.execute(held.values(held_until=until, hold_reason="must be connected again"))
        await reconnect_channel(runtime, owner, channel.id, {})
        async with runtime.worker_transaction() as tx:
            account = await tx.get_one(AccountState, channel.account_key)
            assert (account.held_until, account.hold_reason) == (None, "")

    async def test_another_account_is_another_channel(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        other = {"board": "mercado", "key": "key of mercado"}
        with pytest.raises(WrongState) as refused:
            await reconnect_channel(runtime, owner, channel.id, other)
        assert "another channel" in refused.value.next_step
        assert await stored_credentials(runtime, channel.id) == {"board": "plaza", "key": "key of plaza"}

    async def test_a_key_that_is_refused_is_not_stored(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        with pytest.raises(Invalid, match="doesn't know this key"):
            await reconnect_channel(runtime, owner, channel.id, {"key": "made up"})
        assert await stored_credentials(runtime, channel.id) == {"board": "plaza", "key": "key of plaza"}

    async def test_credentials_whose_key_is_lost_are_entered_anew(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        async with runtime.worker_transaction() as tx:
            sealed = Vault(["a-key-that-nobody-has-any-more-0123456789"]).seal_secret({"board": "plaza"})
            await tx.execute(update(Channel).where(Channel.id == channel.id).values(credentials=sealed))
        with pytest.raises(Invalid, match="Board is needed"):
            await reconnect_channel(runtime, owner, channel.id, {"key": "key of plaza"})
        whole = {"board": "plaza", "key": "key of plaza"}
        await reconnect_channel(runtime, owner, channel.id, whole)
        assert await stored_credentials(runtime, channel.id) == whole


class TestChanging:
    async def test_a_name_is_changed_at_any_time(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        await scheduled(runtime, owner, channel)
        changed = await change_channel(runtime, owner, channel.id, version=1, name=" Main square ")
        assert (changed.name, changed.version) == ("Main square", 2)
        with pytest.raises(Invalid):
            await change_channel(runtime, owner, channel.id, version=2, name=" ")

    async def test_options_are_not_changed_under_what_was_approved_with_them(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        delivery = await scheduled(runtime, owner, channel)
        with pytest.raises(WrongState) as refused:
            await change_channel(runtime, owner, channel.id, version=1, options={"colour": "yellow"})
        assert refused.value.extra["open_deliveries"] == 1
        await cancel(runtime, owner, delivery.id)
        changed = await change_channel(runtime, owner, channel.id, version=1, options={"colour": "yellow"})
        assert changed.options == {"colour": "yellow", "pinned": False}

    async def test_options_are_checked_with_the_platform(
        self, runtime: Runtime, owner: Actor, channel: Channel, noticeboard: Noticeboard
    ) -> None:
        noticeboard.fails_with = [Refused("The yellow paper is used up.")]
        with pytest.raises(Invalid, match="yellow paper"):
            await change_channel(runtime, owner, channel.id, version=1, options={"colour": "yellow"})
        assert (await get_channel(runtime, owner, channel.id)).options["colour"] == "white"

    async def test_an_older_version_changes_nothing(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        await change_channel(runtime, owner, channel.id, version=1, name="First")
        with pytest.raises(VersionChanged):
            await change_channel(runtime, owner, channel.id, version=1, name="Second")
        assert (await get_channel(runtime, owner, channel.id)).name == "First"


class TestRemoving:
    async def test_a_removed_channel_is_gone_with_its_credentials(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        removed = await remove_channel(runtime, owner, channel.id)
        assert removed.on_their_way == []
        with pytest.raises(NotFound):
            await get_channel(runtime, owner, channel.id)
        assert await stored_credentials(runtime, channel.id) is None

    async def test_waiting_deliveries_are_cancelled(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        delivery = await scheduled(runtime, owner, channel)
        await remove_channel(runtime, owner, channel.id)
        assert (await moved(runtime, delivery.id)).state is DeliveryState.CANCELLED

    async def test_credentials_are_kept_until_what_is_in_doubt_is_settled(
        self, runtime: Runtime, owner: Actor, channel: Channel
    ) -> None:
        delivery = await scheduled(runtime, owner, channel)
        await moved(runtime, delivery.id, DeliveryAction.CLAIM, DeliveryAction.LOSE_TRACK)
        removed = await remove_channel(runtime, owner, channel.id)
        assert [each.id for each in removed.on_their_way] == [delivery.id]
        assert removed.on_their_way[0].wanted is Wanted.CANCELLED
        await sweep(runtime)
        assert await stored_credentials(runtime, channel.id) is not None
        await moved(runtime, delivery.id, DeliveryAction.LEAVE)
        await sweep(runtime)
        assert await stored_credentials(runtime, channel.id) is None

    async def test_a_neighbours_channel_is_not_there(
        self, runtime: Runtime, owner: Actor, neighbour: Neighbour
    ) -> None:
        foreign = neighbour.channel.id
        for attempt in (
            check_channel(runtime, owner, foreign),
            reconnect_channel(runtime, owner, foreign, {}),
            change_channel(runtime, owner, foreign, version=1, name="Mine"),
            remove_channel(runtime, owner, foreign),
        ):
            with pytest.raises(NotFound):
                await attempt
        assert (await get_channel(runtime, neighbour.owner, foreign)).version == 1


async def test_publishers_do_not_manage_channels(
    runtime: Runtime, publisher: Actor, channel: Channel
) -> None:
    for attempt in (
        reconnect_channel(runtime, publisher, channel.id, {}),
        change_channel(runtime, publisher, channel.id, version=1, name="Mine"),
        remove_channel(runtime, publisher, channel.id),
    ):
        with pytest.raises(NotAllowed, match=str(Role.ADMIN)):
            await attempt
