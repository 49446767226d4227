"""One certain thing goes wrong for real processes on a real database: each post is out once."""

from __future__ import annotations

import pytest

from signoff.records.states import DeliveryState
from tests.chaos.held import held_intents
from tests.chaos.troupe import Troupe
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(900)

AHEAD_S = 100
"""By how much a worker's time is ahead where its colleague's lease is to be over at once."""


def ahead(seconds: float) -> dict[str, str]:
    return {"SIGNOFF_CLOCK_OFFSET": str(seconds)}


async def test_the_database_restarts_for_ten_seconds_amid_120_deliveries(troupe: Troupe) -> None:
    first, second = troupe.workers
    placed = await troupe.due("html", "facebook", posts=120)
    await first.start()
    await second.start()
    pids = first.pid, second.pid
    await troupe.until_some_are("published", placed, least=20)
    under_way = {*await troupe.states(placed)} - {"published"}
    await troupe.scene.restart_database(away_s=10)
    assert under_way, "it was in the middle"
    await troupe.until_all_are("published", placed, within_s=240)
    assert await troupe.not_out_once(placed) == []
    assert (first.pid, second.pid) == pids
    assert first.is_alive
    assert second.is_alive


async def test_frozen_between_intent_and_call_overtaken_and_thawed_there_is_one_post(troupe: Troupe) -> None:
    first, second = troupe.workers
    (post,) = await troupe.due("facebook", posts=1)
    async with troupe.administrator() as administrator, held_intents(administrator) as held:
        await first.start()
        await held.until_one_waits()
        first.freeze()
        await held.let_go()

        async def is_announced() -> bool:
            (row,) = await troupe.rows([post])
            return row.commit_intent_at is not None

        await until(is_announced, within_s=240)
        await second.start(**ahead(AHEAD_S))
        await troupe.until_all_are("published", [post], within_s=240)
    first.thaw()

    async def says_that_it_was_overtaken() -> bool:
        return "lease_lost" in first.log.read_text()

    await until(says_that_it_was_overtaken, within_s=240)
    assert await troupe.not_out_once([post]) == []
    tried = [outcome for kind, outcome in await troupe.attempts(post) if kind == "publish"]
    assert tried == ["published"], "the one that was overtaken wrote nothing"
    calls = troupe.scene.sandbox.requests(post.account.id, "facebook.publish")
    assert len(calls) == 1, "and called nobody"


@pytest.mark.parametrize("jump_s", [3600, -3600])
async def test_a_database_clock_that_jumps_between_intent_and_answer_proves_nothing(
    troupe: Troupe, jump_s: int
) -> None:
    first, second = troupe.workers
    (post,) = await troupe.due("facebook", posts=1)
    scene = troupe.scene
    # The answer is lost at once, and the post appears when somebody in a hurry would have concluded long ago.
    scene.sandbox.fault("facebook.publish", "lost_and_late", account=post.account.id, seconds=20)
    await first.start()
    await troupe.until_all_are("unknown", [post], within_s=240)
    await first.kill()
    await second.start(**ahead(jump_s))
    if jump_s < 0:  # its looks are an hour away: it holds still until the clock is right again

        async def is_out() -> bool:
            return bool(scene.sandbox.posts(post.account.id))

        await until(is_out, within_s=240)
        assert await troupe.states([post]) == ["unknown"]
        await second.stop()
        await second.start()
    await troupe.until_all_are("published", [post], within_s=240)
    assert await troupe.not_out_once([post]) == []
    tried = [kind for kind, _ in await troupe.attempts(post)]
    assert tried.count("publish") == 1, "it was found, not sent again"
    calls = [call["outcome"] for call in scene.sandbox.requests(post.account.id, "facebook.publish")]
    assert len(calls) == 2, calls
    assert calls[1] == "late effect", "of the first call; there was no other"
    (row,) = await troupe.rows([post])
    assert row.state is DeliveryState.PUBLISHED
    assert row.attempts == 1


async def test_asked_to_stop_a_worker_finishes_what_it_holds_and_the_other_does_the_rest(
    troupe: Troupe,
) -> None:
    first, second = troupe.workers
    placed = await troupe.due("html", "facebook", posts=60)
    await first.start()
    await second.start()
    await troupe.until_some_are("published", placed, least=5)
    assert await first.stop() == 0
    held = [row for row in await troupe.rows(placed) if f"-{first.pid}-" in row.leased_by]
    assert {str(row.state) for row in held} <= {"published"}, "nothing of it is left in doubt"
    await troupe.until_all_are("published", placed, within_s=240)
    assert await troupe.not_out_once(placed) == []
