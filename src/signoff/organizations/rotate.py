"""Sealing all stored secrets again with the newest key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select, update

from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.vault import SecretLocked

_BATCH: Final = 100


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many secrets carry the newest key now, and which channels' couldn't be opened with any key."""

    sealed: int
    locked: tuple[UUID, ...]


async def rotate_secrets(runtime: Runtime) -> Rotated:
    """Seal the credentials of all channels with the newest key. Repeatable; what can't be opened stays."""
    sealed, locked = 0, list[UUID]()
    last: UUID | None = None
    while batch := await _rotate_batch(runtime, last):
        sealed += sum(is_sealed for _, is_sealed in batch)
        locked += [channel_id for channel_id, is_sealed in batch if not is_sealed]
        last = batch[-1][0]
    return Rotated(sealed, tuple(locked))


async def _rotate_batch(runtime: Runtime, after: UUID | None) -> list[tuple[UUID, bool]]:
    query = select(Channel.id, Channel.credentials).where(Channel.credentials.is_not(None))
    if after is not None:
        query = query.where(Channel.id > after)
    done: list[tuple[UUID, bool]] = []
    async with runtime.worker_transaction() as tx:
        # Locked, so that somebody who reconnects at this moment isn't overwritten.
        rows = await tx.execute(query.order_by(Channel.id).limit(_BATCH).with_for_update())
        for channel_id, credentials in rows.all():
            try:
                renewed = runtime.vault.rotate(credentials or b"")
            except SecretLocked:
                done.append((channel_id, False))
                continue
            await tx.execute(update(Channel).where(Channel.id == channel_id).values(credentials=renewed))
            done.append((channel_id, True))
    return done
