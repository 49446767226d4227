"""Everything that people and workers can do, in any order, and what must hold after each of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from typing import Any, ClassVar, Final, TypeVar

import uvloop
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import RowMapping

from signoff.kernel.errors import Problem
from signoff.kernel.ids import DeliveryId, PostId
from signoff.pipeline.draft.content import PostDraft
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.publish.attempt import attempt
from signoff.pipeline.publish.claim import claim
from signoff.pipeline.publish.retry import retry
from signoff.pipeline.publish.settle import settle_not_out, settle_out
from signoff.pipeline.recover.by_hand import recovered_by_hand
from signoff.pipeline.recover.take_down import recover
from signoff.pipeline.review.archive import archive, restore
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.pipeline.schedule.change import cancel, reschedule
from signoff.pipeline.schedule.pause import pause
from signoff.pipeline.schedule.place import place
from signoff.pipeline.schedule.resume import resume
from signoff.records.deliveries.leases import Lease
from signoff.records.deliveries.queries import get_delivery
from signoff.records.planning.placement import Schedule
from signoff.records.posts.queries import get_post, list_revisions
from signoff.records.states import ContentType, PostState, PublishMode, Verdict
from signoff.worker.loop import Worker
from tests.protocol.promises import MAYBE_OUT, OUT, holds, is_allowed, is_stuck
from tests.protocol.world import Ground, World
from tests.support.posts import seen

T = TypeVar("T")

MANY: Final = 3
"""Posts at a time: few, so that much happens to each."""
FAULTS: Final[dict[str, dict[str, int]]] = {
    "refuse_before": {},
    "error_500_before": {},
    "throttle_429": {"seconds": 60},
    "error_before": {},
    "reset_after": {},
    "garbage_after": {},
    "error_500_after": {},
    "lost_and_late": {"seconds": 20},
    "slow_listing": {"seconds": 30},
}
MODES: Final = (PublishMode.AUTO, PublishMode.AUTO, PublishMode.MANUAL)
WAITS_S: Final = (0, 0, 6, 46, 130, 700)


class Life(RuleBasedStateMachine):
    """One organization's posts on one channel, whose visible call can't be repeated."""

    ground: ClassVar[Ground]
    loop: ClassVar[asyncio.AbstractEventLoop]

    def __init__(self) -> None:
        super().__init__()
        self._stack = AsyncExitStack()
        self.world: World = self._do(self._stack.enter_async_context(self.ground.world()))
        self.worker = Worker(self.world.runtime)
        self.posts: list[PostId] = []
        self.leases: list[Lease] = []
        self.approved: set[str] = set()
        """Every text that was approved at some time."""
        self.put_up: dict[DeliveryId, str] = {}
        """What people published by hand and haven't told yet, by its address."""
        self.written = 0
        self.audited = 0
        self.is_held = False

    def teardown(self) -> None:
        """Left alone, everything comes to rest, and the audit is whole."""
        try:
            if self.is_held:
                self.let_go()
            self.world.sandbox.clear_faults()
            for seconds in (46, 6, 30, 60, 150, 300, 700):
                self.world.passes(seconds)
                self._do(self.worker.run_until_idle())
            self.what_must_hold()
            assert [row["state"] for row in self._rows() if is_stuck(row)] == []
            assert self._do(self.world.audit_is_whole())
        finally:
            self._do(self._stack.aclose())

    # ------------------------------------------------------------------ people

    @initialize()
    def begin(self) -> None:
        """One post is due, another waits for a decision."""
        for _ in range(2):
            self.write()
            self._try(submit(*self._me, self.posts[-1]))
        self._judge(self.posts[0], Verdict.APPROVE)
        self._try(place(*self._me, self.posts[0], Schedule(now=True)))

    @precondition(lambda self: len(self.posts) < MANY)
    @rule()
    def write(self) -> None:
        channel = self.world.channel
        draft = PostDraft(channel.brand_id, ContentType.FEED_POST, body=self._text(), channels=[channel.id])
        self.posts.append(self._do(create_post(*self._me, draft)).post.id)

    @rule(data=st.data())
    def edit_and_submit(self, data: st.DataObject) -> None:
        post_id = data.draw(st.sampled_from(self.posts))
        version = self._do(get_post(*self._me, post_id)).post.version
        self._try(edit_post(*self._me, post_id, {"body": self._text()}, version=version))
        self._try(submit(*self._me, post_id))

    @rule(data=st.data(), does=st.sampled_from([submit, archive, restore]))
    def move(self, data: st.DataObject, does: Callable[..., Awaitable[object]]) -> None:
        self._try(does(*self._me, data.draw(st.sampled_from(self.posts))))

    @rule(data=st.data(), verdict=st.sampled_from([Verdict.APPROVE, Verdict.APPROVE, *Verdict]))
    def judge(self, data: st.DataObject, verdict: Verdict) -> None:
        self._judge(data.draw(st.sampled_from(self.posts)), verdict)

    def _judge(self, post_id: PostId, verdict: Verdict) -> None:
        view = self._do(get_post(*self._me, post_id))
        if view.post.state not in {PostState.IN_REVIEW, PostState.APPROVED}:
            return
        shown = self._do(seen(*self._me, post_id))
        comment = "" if verdict is Verdict.APPROVE else "Not like this."
        with suppress(Problem):
            self._do(decide(*self._me, post_id, verdict, seen=shown, comment=comment))
            if verdict is Verdict.APPROVE:
                self.approved.add(view.revision.body)

    @rule(data=st.data(), is_now=st.booleans(), is_again=st.booleans(), mode=st.sampled_from(MODES))
    def plan(self, data: st.DataObject, *, is_now: bool, is_again: bool, mode: PublishMode) -> None:
        due_at = None if is_now else self.world.clock.now() + timedelta(seconds=30)
        schedule = Schedule(now=is_now, due_at=due_at, again=is_again, publish_mode=mode)
        self._try(place(*self._me, data.draw(st.sampled_from(self.posts)), schedule))

    @rule(data=st.data(), does=st.sampled_from([cancel, retry, recovered_by_hand]))
    def operate(self, data: st.DataObject, does: Callable[..., Awaitable[object]]) -> None:
        if delivery_id := self._delivery(data):
            self._try(does(*self._me, delivery_id))

    @rule(data=st.data())
    def move_in_time(self, data: st.DataObject) -> None:
        if delivery_id := self._delivery(data):
            later = self.world.clock.now() + timedelta(seconds=60)
            self._try(reschedule(*self._me, delivery_id, due_at=later))

    @rule(data=st.data())
    def have_taken_down(self, data: st.DataObject) -> None:
        if delivery_id := self._delivery(data):
            self._try(recover(*self._me, delivery_id, reason="The price is wrong."))

    @precondition(lambda self: not self.world.sandbox.faults())
    @rule(data=st.data())
    def publish_by_hand(self, data: st.DataObject) -> None:
        """They copy what its page shows; nobody who published it does so again."""
        waiting = [row["id"] for row in self._rows() if row["state"] == "manual_due"]
        if todo := [id for id in waiting if id not in self.put_up]:
            chosen = data.draw(st.sampled_from(todo))
            shown = self._do(get_delivery(*self._me, chosen)).by_hand
            assert shown is not None
            self.put_up[chosen] = self.world.sandbox.put_up(self.world.account, dict(shown.texts)["Text"])

    @precondition(lambda self: self.put_up)
    @rule(data=st.data())
    def tell_where_it_is(self, data: st.DataObject) -> None:
        chosen = data.draw(st.sampled_from(sorted(self.put_up)))
        with suppress(Problem):
            self._do(settle_out(*self._me, chosen, self.put_up[chosen]))
            del self.put_up[chosen]

    @rule(data=st.data(), then=st.sampled_from(["publish", "leave"]))
    def say_that_it_isnt_out(self, data: st.DataObject, then: str) -> None:
        """They looked: what the feed shows they don't deny."""
        asking = [row for row in self._rows() if row["asks_person"]]
        known = sum(row["state"] in OUT for row in self._rows())
        if asking and len(self.world.visible()) <= known:
            chosen = data.draw(st.sampled_from(asking))
            self._try(settle_not_out(*self._me, chosen["id"], then=then, sure=True))

    @precondition(lambda self: not self.is_held)
    @rule()
    def hold(self) -> None:
        self.is_held = True
        self._do(pause(*self._me, "channel", self.world.channel.id, reason="Storm warning."))

    @precondition(lambda self: self.is_held)
    @rule()
    def let_go(self) -> None:
        self.is_held = False
        self._do(resume(*self._me, "channel", self.world.channel.id))

    # ------------------------------------------------------------------ workers, the platform, time

    @rule(seconds=st.sampled_from(WAITS_S))
    def work(self, seconds: int) -> None:
        """A worker does what is due after a while."""
        self.world.passes(seconds)
        self._do(self.worker.run_until_idle())

    @rule()
    def take(self) -> None:
        """A worker claims, and does nothing yet; perhaps it is dead."""
        self.leases += self._do(claim(self.world.runtime, "slow worker", 1))

    @precondition(lambda self: self.leases)
    @rule(data=st.data())
    def carry_out(self, data: st.DataObject) -> None:
        """It was only slow, however late it is."""
        lease = data.draw(st.sampled_from(self.leases))
        self.leases.remove(lease)
        self._do(attempt(self.world.runtime, lease))

    @rule()
    def start_another_worker(self) -> None:
        """It hasn't seen how long any intent stands."""
        self.worker = Worker(self.world.runtime)

    @rule(fault=st.sampled_from(sorted(FAULTS)))
    def trouble(self, fault: str) -> None:
        options = {
            "lost_and_late": {"seconds": 20},
            "slow_listing": {"seconds": 30},
            "throttle_429": {"seconds": 60},
        }
        self.world.sandbox.fault("facebook.*", fault, account=self.world.account.id, **options.get(fault, {}))

    # ------------------------------------------------------------------ what must hold

    @invariant()
    def what_must_hold(self) -> None:
        rows, visible = self._rows(), self.world.visible()
        assert set(visible) <= self.approved, "nothing that nobody approved is out"
        for post_id in {row["post_id"] for row in rows}:
            self._holds_of(post_id, [row for row in rows if row["post_id"] == post_id], visible)
        for row in rows:
            holds(row)
        for move in self._do(self.world.moves_after(self.audited)):
            self.audited = move["seq"]
            assert is_allowed(move), move

    def _holds_of(self, post_id: PostId, rows: Sequence[RowMapping], visible: Sequence[str]) -> None:
        texts = self._do(self._texts(post_id))
        times = sum(text in texts for text in visible)
        states = Counter(str(row["state"]) for row in rows)
        certain = states["published"]
        by_hand = sum(row["id"] in self.put_up for row in rows)
        doubtful = by_hand + sum(states[state] for state in MAYBE_OUT)
        assert certain <= times <= certain + doubtful, (states, times, by_hand)

    async def _texts(self, post_id: PostId) -> set[str]:
        return {one.body for one in await list_revisions(*self._me, post_id)}

    # ------------------------------------------------------------------ helpers

    @property
    def _me(self) -> tuple[Any, Any]:
        return self.world.runtime, self.world.owner

    def _do(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(_as_coroutine(work))

    def _try(self, work: Awaitable[object]) -> None:
        """People are refused in words, and that is that."""
        with suppress(Problem):
            self._do(work)

    def _text(self) -> str:
        self.written += 1
        return f"Bread no. {self.written} is ready."

    def _rows(self) -> list[RowMapping]:
        return list(self._do(self.world.deliveries()))

    def _delivery(self, data: st.DataObject) -> DeliveryId | None:
        rows = self._rows()
        return DeliveryId(data.draw(st.sampled_from(rows))["id"]) if rows else None


async def _as_coroutine(work: Awaitable[T]) -> T:
    return await work


def new_loop() -> asyncio.AbstractEventLoop:
    return uvloop.new_event_loop()
