"""Much the same text on the same channel, and two posts in one hour: said, and not forbidden."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from signoff.kernel.people import Actor
from signoff.pipeline.draft.warn import LOOKS_BACK, Warnings, alikeness, runs, warnings_of
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.posts import draft_for, scheduled, written

TEXT = "We open on Saturday at nine with fresh bread and coffee for everybody."


@pytest.mark.parametrize(
    ("one", "other", "share"),
    [("Fresh bread", "fresh BREAD!", 1.0), ("a b c d", "a b c e", 1 / 3), ("a", "b", 0.0), ("", "", 0.0)],
)
def test_texts_are_as_alike_as_the_runs_they_share(one: str, other: str, share: float) -> None:
    assert alikeness(runs(one), runs(other)) == pytest.approx(share)


async def test_much_the_same_text_on_the_same_channel_is_told(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    view = await written(runtime, owner, channel, body=TEXT)
    draft = draft_for(channel, body=TEXT.replace("everybody", "all"))
    found = (await warnings_of(runtime, owner, draft)).alike
    assert found
    assert (found.post_id, found.title) == (view.post.id, "Good morning")
    assert 60 <= found.percent < 100
    assert await warnings_of(runtime, owner, draft, view.post.id) == Warnings()
    assert await warnings_of(runtime, owner, replace(draft, channels=[])) == Warnings()
    assert await warnings_of(runtime, owner, draft_for(channel, body="Something else.")) == Warnings()
    clock.advance(LOOKS_BACK)
    assert await warnings_of(runtime, owner, draft) == Warnings()


async def test_another_post_within_the_hour_on_the_same_channel_is_told(
    runtime: Runtime, owner: Actor, channel: Channel
) -> None:
    delivery = await scheduled(runtime, owner, channel, due_in=timedelta(hours=3))
    draft = draft_for(channel, body="Something else.")
    for minutes, is_told in ((59, True), (-59, True), (60, False)):
        wished = replace(draft, suggested_time=delivery.due_at + timedelta(minutes=minutes))
        found = (await warnings_of(runtime, owner, wished)).same_hour
        assert (found is not None) is is_told
    own = replace(draft, suggested_time=delivery.due_at)
    assert (await warnings_of(runtime, owner, own, delivery.post_id)).same_hour is None
