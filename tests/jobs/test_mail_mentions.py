"""Mail to people who are meant by a comment, over a real mail server."""

from __future__ import annotations

from datetime import timedelta

import pytest

from signoff.alerts.base import Route
from signoff.alerts.email import Email
from signoff.alerts.messages import Sender
from signoff.alerts.server import MailServer
from signoff.kernel.people import Actor, Role
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.organizations.members import list_members
from signoff.organizations.membership import change_brands
from signoff.pipeline.review.discuss import comment, see_mentions
from signoff.records.alerts.mention_mail import mail_mentions
from signoff.records.alerts.notifications import choose_mail
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.mail import Mailbox
from tests.support.posts import in_review
from tests.support.world import Join

pytestmark = pytest.mark.server

SOON = timedelta(minutes=1)
LATER = timedelta(minutes=3)


@pytest.fixture
def mail(mailbox: Mailbox, clock: ShiftableClock) -> Route:
    return Email(MailServer.parse(mailbox.smtp_url), Sender("Signoff", "signoff@example.test"), clock)


@pytest.fixture
def address(mailbox: Mailbox) -> str:
    return mailbox.address()


@pytest.fixture
async def ruth(join: Join, address: str) -> Actor:
    return await join(Role.REVIEWER, address)


async def test_who_is_meant_and_didn_t_look_gets_one_mail(
    runtime: Runtime,
    owner: Actor,
    ruth: Actor,
    channel: Channel,
    clock: ShiftableClock,
    mailbox: Mailbox,
) -> None:
    post = (await in_review(runtime, owner, channel)).post
    await comment(runtime, owner, post.id, f"@{ruth.email} is nine right?")
    clock.advance(SOON)
    assert await mail_mentions(runtime) == 0
    clock.advance(LATER)
    assert await mail_mentions(runtime) == 1
    assert await mail_mentions(runtime) == 0
    [message] = [each for each in await mailbox.messages_to(ruth.email) if "mentioned" in each["subject"]]
    assert "is nine right?" in message["text"]
    assert f"/posts/{post.id}" in message["text"]


async def test_who_looked_gets_none(
    runtime: Runtime, owner: Actor, ruth: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    post = (await in_review(runtime, owner, channel)).post
    await comment(runtime, owner, post.id, f"@{ruth.email} is nine right?")
    await see_mentions(runtime, ruth, post.id)
    clock.advance(LATER)
    assert await mail_mentions(runtime) == 0


async def test_who_wants_no_mail_about_mentions_gets_none(
    runtime: Runtime, owner: Actor, ruth: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    await choose_mail(runtime, ruth, ["mentions"], is_wanted=False)
    post = (await in_review(runtime, owner, channel)).post
    await comment(runtime, owner, post.id, f"@{ruth.email} is nine right?")
    clock.advance(LATER)
    assert await mail_mentions(runtime) == 0


@pytest.mark.parametrize("limited_first", [True, False])
async def test_who_doesnt_see_the_brand_reads_nothing_of_its_posts(
    runtime: Runtime,
    owner: Actor,
    ruth: Actor,
    channel: Channel,
    clock: ShiftableClock,
    *,
    limited_first: bool,
) -> None:
    other = await create_brand(runtime, owner, BrandDraft(name="Northlight", time_zone="Europe/London"))
    post = (await in_review(runtime, owner, channel)).post
    (seat,) = [each for each in await list_members(runtime, owner) if each.person_id == ruth.person_id]
    if limited_first:
        await change_brands(runtime, owner, seat.id, [other.id], seat.version)
    await comment(runtime, owner, post.id, f"@{ruth.email} is nine right?")
    if not limited_first:
        await change_brands(runtime, owner, seat.id, [other.id], seat.version)
    clock.advance(LATER)
    assert await mail_mentions(runtime) == 0
    await change_brands(runtime, owner, seat.id, None, seat.version + 1)
    assert await mail_mentions(runtime) == (0 if limited_first else 1)
