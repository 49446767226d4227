"""Alerts by mail, over a real mail server: who is told, how often, and that nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from signoff.alerts.base import Route, TemporaryFailure
from signoff.alerts.email import Email
from signoff.alerts.messages import Sender
from signoff.alerts.server import MailServer
from signoff.kernel.people import Actor, Role
from signoff.organizations.found import found_organization
from signoff.organizations.local import local_actor
from signoff.organizations.members import list_members
from signoff.organizations.membership import remove_member
from signoff.records.alerts.mailing import mail_alerts
from signoff.records.alerts.notices import close_alert, open_alerts
from signoff.records.alerts.notifications import choose_mail
from signoff.records.alerts.raising import raise_alert, tell_operators
from signoff.records.models import Alert
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.mail import Mailbox
from tests.support.raw_sql import Role as SqlRole
from tests.support.world import Join, Neighbour

pytestmark = pytest.mark.server

SENDER = Sender("Signoff", "signoff@example.test")
NOWHERE = "smtp://127.0.0.1:9"


@pytest.fixture
def mail(mailbox: Mailbox, clock: ShiftableClock) -> Route:
    return Email(MailServer.parse(mailbox.smtp_url), SENDER, clock)


@pytest.fixture
def address(mailbox: Mailbox) -> str:
    return mailbox.address()


@pytest.fixture
async def owner(runtime: Runtime, address: str) -> Actor:
    """The owner, whose mail arrives in the mailbox; also runs the installation."""
    await found_organization(runtime, "Casa Luz", address, "Olga Owner")
    return await local_actor(runtime, address)


async def alert(runtime: Runtime, actor: Actor, title: str = "Not published", kind: str = "failed") -> None:
    async with runtime.worker_transaction() as tx:
        await raise_alert(
            tx,
            actor.organization_id,
            kind,
            title=title,
            cause="WordPress refused the password.",
            next_step="Connect the channel again.",
            path="/deliveries/1",
        )


async def alerts_to(mailbox: Mailbox, address: str) -> list[str]:
    """The subjects of what arrived, without the invitation."""
    subjects = [message["subject"] for message in await mailbox.messages_to(address)]
    return [subject for subject in subjects if subject in {"Not published", "No backup was made"}]


async def test_a_mail_says_what_why_what_to_do_and_where(
    runtime: Runtime, owner: Actor, mailbox: Mailbox, address: str
) -> None:
    await alert(runtime, owner)
    assert await mail_alerts(runtime) == 1
    (message,) = await mailbox.messages_to(address)
    assert message["subject"] == "Not published"
    for part in (
        "WordPress refused the password.",
        "Connect the channel again.",
        "https://signoff.example/deliveries/1",
    ):
        assert part in message["text"]
    assert await mail_alerts(runtime) == 0
    assert len(await mailbox.messages_to(address)) == 1


async def test_the_rest_of_a_minute_is_folded_into_the_next_mail(
    runtime: Runtime, owner: Actor, mailbox: Mailbox, address: str, clock: ShiftableClock
) -> None:
    await alert(runtime, owner, "Not published: one")
    await mail_alerts(runtime)
    for title in ("two", "three", "four"):
        await alert(runtime, owner, f"Not published: {title}")
        assert await mail_alerts(runtime) == 0
    await alert(runtime, owner, "Reconnect", kind="reconnect")
    assert await mail_alerts(runtime) == 1, "another kind doesn't wait"
    clock.advance(timedelta(seconds=61))
    assert await mail_alerts(runtime) == 3
    messages = await mailbox.messages_to(address)
    (folded,) = [message for message in messages if "(and 2 more)" in message["subject"]]
    assert len(messages) == 3
    assert "This happened 3 times." in folded["text"]
    for title in ("two", "three", "four"):
        assert f"- Not published: {title}" in folded["text"]


async def test_while_the_mail_server_is_away_nothing_is_lost(
    runtime: Runtime, owner: Actor, mailbox: Mailbox, address: str, clock: ShiftableClock
) -> None:
    away = replace(runtime, mail=Email(MailServer.parse(NOWHERE), SENDER, clock))
    for title in ("one", "two"):
        await alert(runtime, owner, title)
        with pytest.raises(TemporaryFailure):
            await mail_alerts(away)
    assert await mail_alerts(runtime) == 2
    (message,) = await mailbox.messages_to(address)
    assert message["text"].split("\r\n")[6:9] == ["It concerns:", "- one", "- two"]


async def test_who_has_the_mail_does_not_get_it_again_for_somebody_else(
    runtime: Runtime, owner: Actor, join: Join, mailbox: Mailbox, address: str, clock: ShiftableClock
) -> None:
    await join(Role.PUBLISHER, mailbox.address("busy.test"))
    await join(Role.PUBLISHER, mailbox.address("bounce.test"))
    await alert(runtime, owner)
    assert await mail_alerts(runtime) == 0, "one person isn't reached yet"
    for _ in range(3):
        clock.advance(timedelta(minutes=2))
        with pytest.raises(TemporaryFailure):
            await mail_alerts(runtime)
    assert await alerts_to(mailbox, address) == ["Not published"]


async def test_a_busy_mailbox_keeps_nobody_from_hearing_that_it_is_over(
    runtime: Runtime, owner: Actor, join: Join, mailbox: Mailbox, *, address: str, clock: ShiftableClock
) -> None:
    colleague = await join(Role.PUBLISHER, mailbox.address())
    for kind in ("one", "two"):
        async with runtime.worker_transaction() as tx:
            await raise_alert(
                tx,
                owner.organization_id,
                kind,
                title=f"Late: {kind}",
                cause="A worker stopped.",
                next_step="Start it.",
                path="/alerts",
                tells_end=True,
            )
    assert await mail_alerts(runtime) == 2
    async with runtime.worker_transaction() as tx:
        await tx.execute(update(Alert).values(closed_at=func.signoff_now()))
    busy = mailbox.address("busy.test")
    await SqlRole(runtime.database.urls.owner).run(
        "update people set email = %s where id = %s", busy, colleague.person_id
    )
    await mail_alerts(runtime)
    for _ in range(2):
        clock.advance(timedelta(minutes=2))
        with pytest.raises(TemporaryFailure):
            await mail_alerts(runtime)
    subjects = sorted(message["subject"] for message in await mailbox.messages_to(address))
    assert subjects == ["Late: one", "Late: two", "Over: late: one", "Over: late: two"]
    clock.advance(timedelta(days=1))
    assert await mail_alerts(runtime) == 0, "a day later it is no news"


async def test_who_left_isnt_told_that_it_is_over(
    runtime: Runtime, owner: Actor, join: Join, mailbox: Mailbox, address: str, clock: ShiftableClock
) -> None:
    former = mailbox.address()
    gone = await join(Role.PUBLISHER, former)
    async with runtime.worker_transaction() as tx:
        await raise_alert(
            tx,
            owner.organization_id,
            "late",
            title="Late: the new menu",
            cause="A worker stopped.",
            next_step="Start it.",
            path="/alerts",
            tells_end=True,
        )
    await mail_alerts(runtime)
    (seat,) = [each for each in await list_members(runtime, owner) if each.person_id == gone.person_id]
    await remove_member(runtime, owner, seat.id)
    async with runtime.worker_transaction() as tx:
        await tx.execute(update(Alert).values(closed_at=func.signoff_now()))
    clock.advance(timedelta(minutes=2))
    await mail_alerts(runtime)
    told = {
        each: [message["subject"] for message in await mailbox.messages_to(each)]
        for each in (address, former)
    }
    assert "Over: late: the new menu" in told[address]
    assert "Late: the new menu" in told[former]
    assert "Over: late: the new menu" not in told[former]


async def test_people_are_told_who_can_do_something_about_it(
    runtime: Runtime, owner: Actor, join: Join, mailbox: Mailbox
) -> None:
    told, untold = mailbox.address(), mailbox.address()
    await join(Role.PUBLISHER, told)
    await join(Role.REVIEWER, untold)
    await alert(runtime, owner)
    await mail_alerts(runtime)
    assert await alerts_to(mailbox, told) == ["Not published"]
    assert await alerts_to(mailbox, untold) == []


async def test_who_doesnt_want_that_kind_by_mail_gets_the_others(
    runtime: Runtime, owner: Actor, join: Join, mailbox: Mailbox, address: str
) -> None:
    colleague = mailbox.address()
    await join(Role.PUBLISHER, colleague)
    await choose_mail(runtime, owner, ["failed"], is_wanted=False)
    await alert(runtime, owner, kind="failed_refused")
    await alert(runtime, owner, "No backup was made", kind="restored")
    assert await mail_alerts(runtime) == 2, "nobody waits for it any more"
    assert await alerts_to(mailbox, address) == ["No backup was made"]
    assert sorted(await alerts_to(mailbox, colleague)) == ["No backup was made", "Not published"]
    assert len(await open_alerts(runtime, owner)) == 2, "the pages show all of them"


async def test_an_alert_that_was_closed_is_not_mailed(
    runtime: Runtime, owner: Actor, mailbox: Mailbox, address: str
) -> None:
    await alert(runtime, owner)
    (seen,) = await open_alerts(runtime, owner)
    await close_alert(runtime, owner, seen.id)
    assert await mail_alerts(runtime) == 0
    assert await mailbox.messages_to(address) == []


async def test_what_concerns_the_installation_goes_to_its_operators_alone_and_once(
    runtime: Runtime, owner: Actor, join: Join, neighbour: Neighbour, mailbox: Mailbox, address: str
) -> None:
    admin = mailbox.address()
    await join(Role.ADMIN, admin)
    for _ in range(3):
        async with runtime.worker_transaction() as tx:
            await tell_operators(
                tx, "backup", title="No backup was made", cause="The disk is full.", next_step="Free some."
            )
    await mail_alerts(runtime)
    assert await alerts_to(mailbox, address) == ["No backup was made"]
    assert await alerts_to(mailbox, admin) == []
    assert await open_alerts(runtime, neighbour.owner) == []
    async with runtime.worker_transaction() as tx:
        assert len((await tx.scalars(select(Alert))).all()) == 1
