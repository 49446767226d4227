from __future__ import annotations

import asyncio
import selectors
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import stamina
from stamina.instrumentation import get_on_retry_hooks, set_on_retry_hooks

from signoff.connectors.calls import repeatable, retry_inside, unrepeatable, waits_until
from signoff.connectors.errors import Ambiguous, ConnectorError, Refused, TryLater, Unfinished
from signoff.http.errors import AddressRefused, AnswerLost, HttpError, NotSent, UnreadableAnswer

NOW = datetime(2027, 1, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("failure", "at_commit", "before"),
    [
        (NotSent, TryLater, TryLater),
        (AddressRefused, Refused, Refused),
        (AnswerLost, Ambiguous, TryLater),
        (UnreadableAnswer, Ambiguous, TryLater),
    ],
)
def test_a_lost_answer_is_in_doubt_at_the_commit_only(
    failure: type[HttpError], at_commit: type[ConnectorError], before: type[ConnectorError]
) -> None:
    with pytest.raises(at_commit, match="no luck"), unrepeatable():
        raise failure("no luck")
    with pytest.raises(before, match="no luck"), repeatable():
        raise failure("no luck")


async def tries_until_it_gives_up(problem: ConnectorError) -> int:
    tries = 0

    async def step() -> None:
        nonlocal tries
        tries += 1
        raise problem

    with stamina.set_testing(testing=True, attempts=4, cap=True), pytest.raises(type(problem)):
        await retry_inside(step)
    return tries


async def test_a_step_is_tried_again_three_times_only_where_that_can_help() -> None:
    assert await tries_until_it_gives_up(TryLater("busy")) == 4
    assert await tries_until_it_gives_up(TryLater("busy until noon", not_before=NOW)) == 1
    assert await tries_until_it_gives_up(Unfinished("still converting")) == 1
    assert await tries_until_it_gives_up(Refused("never")) == 1
    assert await tries_until_it_gives_up(Ambiguous("perhaps")) == 1


class Skipping(selectors.DefaultSelector):
    """Never waits; tells how long it should have."""

    skipped_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.skipped_s += timeout or 0.0
        return super().select(0)


class Hurried(asyncio.SelectorEventLoop):
    """A loop on whose clock every wait is as long as it should be, and takes no time."""

    def __init__(self) -> None:
        self._skipping = Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return super().time() + self._skipping.skipped_s


def test_it_waits_about_1_2_and_4_seconds_never_twice_alike() -> None:
    waits: list[float] = []

    async def step() -> None:
        raise TryLater("busy")

    loop, hooks = Hurried(), get_on_retry_hooks()
    set_on_retry_hooks([lambda retry: waits.append(retry.wait_for)])
    try:
        for _ in range(2):
            with pytest.raises(TryLater):
                loop.run_until_complete(retry_inside(step))
    finally:
        set_on_retry_hooks(hooks)
        loop.close()
    least = [1.0, 2.0, 4.0] * 2
    assert [wait - short for wait, short in zip(waits, least, strict=True)] == pytest.approx(
        [0.25] * 6, abs=0.25
    )
    assert waits[:3] != waits[3:]


async def test_a_step_that_works_the_second_time_gives_its_result() -> None:
    answers: list[Exception | str] = [TryLater("busy"), "done"]

    async def step() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with stamina.set_testing(testing=True, attempts=4, cap=True):
        assert await retry_inside(step) == "done"


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta(0)),
        ("999999999", timedelta(days=1)),
        ("9" * 40, MINUTE),
        ("-5", MINUTE),
        ("soon", MINUTE),
        ("", MINUTE),
        ("Fri, 01 Jan 2010 00:00:00 GMT", MINUTE),
    ],
)
def test_the_platforms_own_waiting_time_counts(header: str, wait: timedelta) -> None:
    assert waits_until({"Retry-After": header}, NOW, otherwise=MINUTE) == NOW + wait


def test_a_waiting_time_can_be_a_date() -> None:
    until = datetime.now(UTC) + timedelta(minutes=10)
    found = waits_until({"Retry-After": format_datetime(until, usegmt=True)}, NOW, otherwise=MINUTE)
    assert timedelta(minutes=9) < found - NOW <= timedelta(minutes=10)
