"""Mail about what happened to people's posts, over a real mail server."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from signoff.alerts.base import Route
from signoff.alerts.email import Email
from signoff.alerts.messages import Sender
from signoff.alerts.server import MailServer
from signoff.kernel.people import Actor, Role
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.organizations.members import list_members
from signoff.organizations.membership import change_brands
from signoff.pipeline.review.assign import assign
from signoff.pipeline.review.decide import Decided, decide
from signoff.pipeline.review.discuss import comment
from signoff.pipeline.review.undo import undo_decision
from signoff.records.alerts.news import KEPT, forget_old_news
from signoff.records.alerts.news_mail import mail_news
from signoff.records.alerts.notifications import choose_mail
from signoff.records.deliveries.views import PostView
from signoff.records.states import Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.mail import Mailbox
from tests.support.posts import in_review, seen
from tests.support.world import Join

pytestmark = pytest.mark.server

LATER = timedelta(minutes=2)


@pytest.fixture
def mail(mailbox: Mailbox, clock: ShiftableClock) -> Route:
    return Email(MailServer.parse(mailbox.smtp_url), Sender("Signoff", "signoff@example.test"), clock)


@pytest.fixture
async def ruth(join: Join, mailbox: Mailbox) -> Actor:
    """Reviews."""
    return await join(Role.REVIEWER, mailbox.address())


@pytest.fixture
async def anna(join: Join, mailbox: Mailbox) -> Actor:
    """Writes."""
    return await join(Role.AUTHOR, mailbox.address())


@pytest.fixture
async def rosa(join: Join, mailbox: Mailbox) -> Actor:
    """Reviews, too."""
    return await join(Role.REVIEWER, mailbox.address())


class News:
    """What arrives, two minutes after whatever was done."""

    def __init__(self, runtime: Runtime, clock: ShiftableClock, mailbox: Mailbox) -> None:
        self._runtime, self._clock, self._mailbox = runtime, clock, mailbox

    async def of(self, who: Actor) -> list[dict[str, Any]]:
        self._clock.advance(LATER)
        await mail_news(self._runtime)
        told = await self._mailbox.messages_to(who.email)
        return [each for each in told if "invites" not in each["subject"]]


@pytest.fixture
def news(runtime: Runtime, clock: ShiftableClock, mailbox: Mailbox) -> News:
    return News(runtime, clock, mailbox)


async def _decided(runtime: Runtime, by: Actor, post: PostView, verdict: Verdict, note: str = "") -> Decided:
    fingerprint = await seen(runtime, by, post.post.id)
    return await decide(runtime, by, post.post.id, verdict, seen=fingerprint, comment=note)


async def test_what_waits_is_told_once_and_folded_to_who_reviews(
    runtime: Runtime, ruth: Actor, anna: Actor, channel: Channel, news: News
) -> None:
    post = (await in_review(runtime, anna, channel)).post
    [told] = await news.of(ruth)
    assert told["subject"].endswith("waits for your review")
    assert f"/review/{post.id}" in told["text"]
    assert await news.of(anna) == []
    for _ in range(2):
        await in_review(runtime, anna, channel)
    _, folded = await news.of(ruth)
    assert folded["subject"] == "2 posts wait for your review"
    assert len(await news.of(ruth)) == 2


async def test_what_was_decided_before_the_mail_left_isnt_told(
    runtime: Runtime, owner: Actor, ruth: Actor, anna: Actor, channel: Channel, news: News
) -> None:
    post = await in_review(runtime, anna, channel)
    await _decided(runtime, owner, post, Verdict.APPROVE)
    assert await news.of(ruth) == []


async def test_only_who_looks_after_it_is_told(
    runtime: Runtime, owner: Actor, ruth: Actor, rosa: Actor, channel: Channel, news: News
) -> None:
    post = await in_review(runtime, owner, channel)
    await assign(runtime, owner, post.post.id, ruth.person_id)
    assert len(await news.of(ruth)) == 1
    assert await news.of(rosa) == []


async def test_a_wish_for_changes_reaches_the_author_with_its_words(
    runtime: Runtime, owner: Actor, anna: Actor, channel: Channel, news: News
) -> None:
    post = await in_review(runtime, anna, channel)
    await _decided(runtime, owner, post, Verdict.REQUEST_CHANGES, "The price is wrong.")
    [told] = await news.of(anna)
    assert told["subject"].startswith("Olga Owner asks for changes to")
    assert "The price is wrong." in told["text"]
    assert f"/posts/{post.post.id}" in told["text"]


async def test_an_approval_is_told_and_one_that_was_taken_back_isnt(
    runtime: Runtime, owner: Actor, anna: Actor, channel: Channel, news: News
) -> None:
    first, second = [await in_review(runtime, anna, channel) for _ in range(2)]
    await _decided(runtime, owner, first, Verdict.APPROVE)
    undone = await _decided(runtime, owner, second, Verdict.APPROVE)
    await undo_decision(runtime, owner, second.post.id, undone.decision.id)
    [told] = await news.of(anna)
    assert "was approved by Olga Owner" in told["subject"]
    assert f"/posts/{first.post.id}" in told["text"]


async def test_a_comment_reaches_who_is_concerned_but_not_twice_who_is_meant(
    runtime: Runtime, owner: Actor, ruth: Actor, anna: Actor, channel: Channel, news: News
) -> None:
    post = (await in_review(runtime, anna, channel)).post
    await choose_mail(runtime, ruth, ["to_review"], is_wanted=False)
    [thread] = await comment(runtime, ruth, post.id, "Is nine right?")
    await comment(runtime, owner, post.id, f"@{anna.email} is it?", in_reply_to=thread.head.comment.id)
    [to_author] = await news.of(anna)
    assert "Is nine right?" in to_author["text"]
    assert "is it?" not in to_author["text"]
    [to_ruth] = await news.of(ruth)
    assert to_ruth["subject"].startswith("Olga Owner commented on")


@pytest.mark.parametrize("limited_first", [True, False])
async def test_who_doesnt_see_the_brand_hears_nothing_of_its_posts(
    runtime: Runtime,
    owner: Actor,
    ruth: Actor,
    anna: Actor,
    channel: Channel,
    news: News,
    *,
    limited_first: bool,
) -> None:
    other = await create_brand(runtime, owner, BrandDraft(name="Northlight", time_zone="Europe/London"))
    (seat,) = [each for each in await list_members(runtime, owner) if each.person_id == ruth.person_id]
    if limited_first:
        await change_brands(runtime, owner, seat.id, [other.id], seat.version)
    await in_review(runtime, anna, channel)
    if not limited_first:
        await change_brands(runtime, owner, seat.id, [other.id], seat.version)
    assert await news.of(ruth) == []


async def test_what_is_a_day_old_is_no_news(
    runtime: Runtime, ruth: Actor, anna: Actor, channel: Channel, clock: ShiftableClock, news: News
) -> None:
    await in_review(runtime, anna, channel)
    clock.advance(KEPT)
    assert await news.of(ruth) == []
    async with runtime.worker_transaction() as tx:
        await forget_old_news(tx)
    clock.advance(-KEPT)  # it would be news again, were it still there
    assert await news.of(ruth) == []
