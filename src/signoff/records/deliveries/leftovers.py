"""What deliveries that ended unpublished left behind: drafts on platforms, files that nothing refers to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from sqlalchemy import select

from signoff.records.models import Delivery, Media
from signoff.runtime import Runtime

HAS_LEFTOVERS: Final = Delivery.has_leftovers
"""It was cancelled, and `prepare` made something on the platform that is still to be removed."""

_UPLOAD_TAKES: Final = timedelta(hours=24)
"""A file is stored before its row is: younger ones may still get theirs."""


async def sweep_media(runtime: Runtime) -> int:
    """Delete stored files that no picture of any organization refers to; tell how many."""

    async def in_use(digests: Collection[str]) -> Collection[str]:
        async with runtime.worker_transaction() as tx:
            return (await tx.scalars(select(Media.digest).where(Media.digest.in_(digests)))).all()

    return await runtime.media.sweep(in_use, idle_for=_UPLOAD_TAKES)
