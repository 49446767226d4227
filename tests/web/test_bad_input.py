"""What is wrong is said on the page where it was typed; nothing that was typed is lost, nothing gets out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from signoff.records.deliveries.queries import list_deliveries
from signoff.records.posts.listing import list_posts
from signoff.records.posts.queries import get_post
from signoff.records.states import PostState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import approved, in_review, written
from tests.web.visitor import Visitor

TWENTY_SIX_MEGABYTES = 26 * 1024 * 1024


@pytest.fixture(autouse=True)
async def _nothing_gets_out(
    runtime: Runtime, clock: ShiftableClock, noticeboard: Noticeboard
) -> AsyncIterator[None]:
    """Whatever a test sends: a worker that comes by much later finds nothing to publish."""
    yield
    clock.advance(timedelta(days=300))
    await Worker(runtime).run_until_idle()
    assert noticeboard.notes == []


async def test_a_brand_that_is_none(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    await olga.get("/posts/new")
    page = await olga.send("/posts", title="Rye", body="Rye is back.", brand="not-a-brand")
    assert 400 <= page.status < 500
    assert (await list_posts(runtime, olga.actor)).items == []


@pytest.mark.parametrize("due", ["2020-01-01T09:00", "tomorrow", "", "9" * 5000])
async def test_a_time_that_is_past_or_none(
    olga: Visitor, runtime: Runtime, channel: Channel, due: str
) -> None:
    post = (await approved(runtime, olga.actor, channel)).post
    await olga.get(f"/posts/{post.id}/schedule")
    page = await olga.send(f"/posts/{post.id}/schedule", when="at", due_local=due)
    assert page.status == 422
    assert page.has_form(f"/posts/{post.id}/schedule")
    assert (await list_deliveries(runtime, olga.actor)).items == []


async def test_an_approval_with_a_time_that_is_past_approves_nothing(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    post = (await in_review(runtime, olga.actor, channel)).post
    await olga.get(f"/review/{post.id}")
    page = await olga.send(
        f"/review/{post.id}", ("verdict", "approve"), when="at", due_local="2020-01-01T09:00"
    )
    assert page.status == 422
    assert "past" in page.text
    assert (await get_post(runtime, olga.actor, post.id)).post.state is PostState.IN_REVIEW


async def test_a_picture_that_is_too_large(olga: Visitor, runtime: Runtime, channel: Channel) -> None:
    post = (await written(runtime, olga.actor, channel)).post
    await olga.get(f"/posts/{post.id}/edit")
    fields = dict(olga.page.form(f"/posts/{post.id}").fields)
    page = await olga.upload(f"/posts/{post.id}", bytes(TWENTY_SIX_MEGABYTES), **fields)
    assert page.status == 413
    assert "25" in page.text
    assert (await get_post(runtime, olga.actor, post.id)).revision.media == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("body", "a\x00b"),
        ("title", "a\x00b"),
        ("link", "javascript:alert(1)"),
        ("tags", ", ".join(f"tag{number}" for number in range(60))),
        ("title", "x" * 600),
    ],
)
async def test_a_field_that_cannot_be_kept(
    olga: Visitor, runtime: Runtime, channel: Channel, field: str, value: str
) -> None:
    post = (await written(runtime, olga.actor, channel)).post
    address = f"/posts/{post.id}"
    await olga.get(f"{address}/edit")
    fields = dict(olga.page.form(address).fields) | {"body": "Typed before."} | {field: value}
    page = await olga.post(address, list(fields.items()))
    assert page.status == 422
    assert page.has_form(address)
    assert (await get_post(runtime, olga.actor, post.id)).revision.body == "Fresh bread at eight."


@pytest.mark.parametrize("comment", ["a\x00b", "x" * 200_000])
async def test_a_note_that_cannot_be_kept(
    olga: Visitor, runtime: Runtime, channel: Channel, comment: str
) -> None:
    post = (await in_review(runtime, olga.actor, channel)).post
    await olga.get(f"/review/{post.id}")
    page = await olga.send(f"/review/{post.id}", ("verdict", "request_changes"), comment=comment)
    assert 400 <= page.status < 500
    assert (await get_post(runtime, olga.actor, post.id)).post.state is PostState.IN_REVIEW
