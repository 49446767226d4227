"""Waiting for a condition instead of for a time to pass."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(ask: Callable[[], Awaitable[T]], *, within_s: float = 10.0) -> T:
    """Ask again and again until the answer is true; that answer. Raises TimeoutError."""
    async with asyncio.timeout(within_s):
        while not (answer := await ask()):  # noqa: ASYNC110 - what is asked can't call back
            await asyncio.sleep(0.02)
        return answer
