"""Letters, read in the mailbox of a real mail server."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from signoff.alerts.base import Route
from signoff.alerts.email import Email
from signoff.alerts.messages import Sender
from signoff.alerts.server import MailServer
from signoff.kernel.errors import TooMany
from signoff.kernel.people import Actor, Role
from signoff.organizations.invite import invite_member
from signoff.organizations.sign_in import peek_link, request_reset, sign_in, use_link
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.mail import Mailbox
from tests.support.people import PASSWORD, SOMEWHERE, arrive, secret_of
from tests.support.waiting import until

pytestmark = pytest.mark.server
NEW = "another four random words"


@pytest.fixture
def mail(mailbox: Mailbox, clock: ShiftableClock) -> Route:
    return Email(MailServer.parse(mailbox.smtp_url), Sender("Signoff", "signoff@signoff.example"), clock)


async def mailed(mailbox: Mailbox, address: str, subject: str) -> list[dict[str, Any]]:
    return [each for each in await mailbox.messages_to(address) if subject in each["subject"]]


async def mailed_secret(mailbox: Mailbox, address: str, subject: str) -> str:
    message = (await until(lambda: mailed(mailbox, address, subject)))[-1]
    found = re.search(r"https://signoff\.example/link/(\S+)", message["text"])
    assert found
    return found[1]


async def test_an_invitation_is_mailed_with_its_link(
    runtime: Runtime, owner: Actor, mailbox: Mailbox
) -> None:
    address = mailbox.address()
    assert (await invite_member(runtime, owner, address, Role.VIEWER)).is_mailed
    secret = await mailed_secret(mailbox, address, "Olga Owner invites you to Casa Luz")
    await use_link(runtime, secret, **SOMEWHERE, new_password=PASSWORD)
    assert await sign_in(runtime, address, PASSWORD, **SOMEWHERE)


async def test_an_invitation_that_the_mail_server_refuses_can_still_be_copied(
    runtime: Runtime, owner: Actor, mailbox: Mailbox
) -> None:
    invited = await invite_member(runtime, owner, mailbox.address("bounce.test"), Role.VIEWER)
    assert not invited.is_mailed
    assert (await peek_link(runtime, secret_of(invited.link))).valid


async def test_a_forgotten_password_is_replaced_by_a_mailed_link(
    runtime: Runtime, owner: Actor, mailbox: Mailbox
) -> None:
    address = mailbox.address()
    await arrive(runtime, owner, Role.REVIEWER, address)
    await request_reset(runtime, address, "192.0.2.1")
    secret = await mailed_secret(mailbox, address, "Set a new password")
    await use_link(runtime, secret, **SOMEWHERE, new_password=NEW)
    assert await sign_in(runtime, address, NEW, **SOMEWHERE)


async def test_asking_for_an_unknown_address_is_answered_alike_and_mails_nothing(
    runtime: Runtime, owner: Actor, mailbox: Mailbox
) -> None:
    known, unknown = mailbox.address(), mailbox.address()
    await arrive(runtime, owner, Role.REVIEWER, known)
    await asyncio.gather(request_reset(runtime, unknown, ""), request_reset(runtime, known, ""))
    await until(lambda: mailed(mailbox, known, "Set a new password"))
    assert await mailbox.messages_to(unknown) == []


@pytest.mark.parametrize("is_known", [True, False])
async def test_asking_again_and_again_is_refused_whether_known_or_not(
    runtime: Runtime, owner: Actor, mailbox: Mailbox, is_known: bool
) -> None:
    address = mailbox.address()
    if is_known:
        await arrive(runtime, owner, Role.REVIEWER, address)
    for _ in range(10):
        await request_reset(runtime, address, "192.0.2.1")
    with pytest.raises(TooMany):
        await request_reset(runtime, address, "192.0.2.1")
