"""The letters that lead people in."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from signoff.alerts.base import Letter
from signoff.kernel.errors import Problem
from signoff.runtime import Runtime

_SENDING: Final[set[asyncio.Task[bool]]] = set()
"""The event loop itself keeps running tasks only weakly."""

log = structlog.get_logger(__name__)


def invitation(to: str, organization: str, by: str, link: str) -> Letter:
    return Letter(
        to,
        f"{by} invites you to {organization}",
        f"{by} invites you to {organization} on Signoff.\n\nOpen this address to begin:\n{link}\n",
    )


def reset(to: str, link: str) -> Letter:
    return Letter(
        to,
        "Set a new password",
        "Somebody, probably you, asked for a new password on Signoff.\n\n"
        f"Open this address within an hour to choose it:\n{link}\n\n"
        "If it wasn't you, do nothing: the old password stays.\n",
    )


async def send(runtime: Runtime, letter: Letter) -> bool:
    """Send a letter; tells whether it went out. The link in it is good without the letter, too."""
    if not runtime.mail.is_configured:
        return False
    try:
        await runtime.mail.send(letter)
    except Problem as problem:
        log.warning("a letter wasn't sent", problem=problem.detail)
        return False
    return True


def send_soon(runtime: Runtime, letter: Letter) -> None:
    """Send a letter without waiting for the mail server: how long it takes would tell who is known here.

    If the process ends meanwhile the letter is lost, and the person asks again.
    """
    task = asyncio.create_task(send(runtime, letter))
    _SENDING.add(task)
    task.add_done_callback(_SENDING.discard)
