"""Mails of which each goes to one person: a mailbox that is busy keeps nobody else waiting."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from itertools import groupby
from typing import TypeVar

import structlog

from signoff.alerts.base import Notice, PermanentFailure, TemporaryFailure
from signoff.runtime import Runtime

T = TypeVar("T")

_log = structlog.get_logger()


def folded(due: Iterable[T], key: Callable[[T], tuple[str, ...]]) -> list[list[T]]:
    """Give together what goes into one mail, in the order in which it came."""
    return [list(group) for _, group in groupby(sorted(due, key=key), key=key)]


async def send_letters(
    runtime: Runtime,
    due: Iterable[T],
    write: Callable[[Runtime, T], Notice],
    note: Callable[[Runtime, T], Awaitable[None]],
) -> int:
    """Send what is due and note what is done with; tell how many mails left.

    Who has an address that takes no mail isn't tried again: the pages show it all the same.

    Raises:
        TemporaryFailure: Nobody could be reached; everything is sent with a later try.
    """
    sent, failure = 0, None
    for each in due:
        notice = write(runtime, each)
        try:
            await runtime.mail.deliver(notice)
            sent += 1
        except TemporaryFailure as problem:
            failure = problem
            continue
        except PermanentFailure as problem:
            _log.warning("letter_refused", about=notice.key.partition(" ")[0], detail=problem.detail)
        await note(runtime, each)
    if failure and not sent:
        raise failure
    return sent
