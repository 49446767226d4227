"""What connectors share about calls: what a failed one means in each phase, and when to try again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

import stamina

from signoff.connectors.errors import Ambiguous, Refused, TryLater, Unfinished
from signoff.http.errors import AddressRefused, AnswerLost, HttpError, NotSent

T = TypeVar("T")

LONGEST_WAIT: Final = timedelta(days=1)
"""A platform that asks for more than this is asked again after a day."""


@contextmanager
def repeatable() -> Iterator[None]:
    """Around calls that the public can't see and that may be made again: after a failure, try later.

    Raises:
        TryLater: There was no usable answer.
        Refused: The address may not be called.
    """
    try:
        yield
    except AddressRefused as problem:
        raise _refused(problem) from problem
    except HttpError as problem:
        raise TryLater(problem.detail) from problem


@contextmanager
def unrepeatable() -> Iterator[None]:
    """Around the commit: only what was certainly not sent may be tried again.

    Raises:
        TryLater: The request never left.
        Refused: The address may not be called.
        Ambiguous: The request may have been carried out.
    """
    try:
        yield
    except AddressRefused as problem:
        raise _refused(problem) from problem
    except NotSent as problem:
        raise TryLater(problem.detail) from problem
    except AnswerLost as problem:
        raise Ambiguous(problem.detail) from problem


async def retry_inside(step: Callable[[], Awaitable[T]]) -> T:
    """Carry out a step of `prepare`, on TryLater again after about 1, 2 and 4 seconds. Never for a commit.

    A platform that names the moment to try again, or needs more time to finish, isn't asked again here.
    """
    try:
        return await step()
    except TryLater as problem:
        failed: TryLater | None = problem
    async for attempt in stamina.retry_context(
        on=_is_worth_another_try,
        attempts=4,
        timeout=None,  # the caller limits the whole of `prepare`
        wait_initial=1.0,
        wait_max=4.5,
        wait_jitter=0.5,
    ):
        with attempt:
            if failed is not None:  # the first time, which nearly always succeeds and then needs no context
                first, failed = failed, None
                raise first
            return await step()
    raise AssertionError  # the last attempt returns or raises


def waits_until(headers: Mapping[str, str], now: datetime, *, otherwise: timedelta) -> datetime:
    """Read `Retry-After` (seconds or a date); `otherwise` counts when there is none that makes sense."""
    text = headers.get("Retry-After", "").strip()
    wait = _seconds(text) if text.isascii() and text.isdigit() else _until_date(text)
    if wait is None or wait < timedelta(0):
        return now + otherwise
    return now + min(wait, LONGEST_WAIT)


def _seconds(digits: str) -> timedelta | None:
    try:
        return timedelta(seconds=int(digits))
    except (OverflowError, ValueError):  # more digits than anybody can wait
        return None


def _until_date(text: str) -> timedelta | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment - datetime.now(UTC)  # real time on both sides: a shifted clock is our own affair


def _is_worth_another_try(problem: Exception) -> bool:
    if isinstance(problem, Unfinished):
        return False
    return isinstance(problem, TryLater) and problem.not_before is None


def _refused(problem: AddressRefused) -> Refused:
    advice = (
        "Correct the channel's address. If it is in your own network, the operator of Signoff can allow that "
        "network with SIGNOFF_ALLOW_PRIVATE_ADDRESSES."
    )
    return Refused(problem.detail, advice=advice, code="address")
