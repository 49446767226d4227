"""What one attempt did, for the attempts of a delivery's page: phases, calls, how it ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.bulk import insert_rows
from signoff.db.clock import database_now
from signoff.http.calls import scrub
from signoff.kernel.clock import Clock
from signoff.kernel.ids import ChannelId, new_id
from signoff.records.budgets.usage import Overheard, Use, count_uses, overhearing
from signoff.records.deliveries.leases import Lease
from signoff.records.models import Attempt, Delivery

_CALLS_KEPT = 100


@dataclass(slots=True)
class Story:
    """Grows while an attempt runs. Durations are measured, never taken from two wall clocks."""

    kind: str
    lease: Lease
    clock: Clock
    phase: str = "claim"
    heard: Overheard = field(default_factory=lambda: Overheard((), ()))
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.clock.monotonic()

    @contextmanager
    def recorded(self) -> Iterator[None]:
        """Note the calls made inside the block, and what their answers tell about budgets."""
        with overhearing() as self.heard:
            yield

    async def write(self, tx: AsyncSession, outcome: str, *, error_class: str = "", detail: str = "") -> None:
        """Store the attempt with the move that ends it, and count its calls."""
        row = self.row(await database_now(tx), outcome, error_class=error_class, detail=detail)
        await insert_rows(tx, Attempt, [row])
        delivery = await tx.get_one(Delivery, self.lease.delivery_id)  # locked before, so it is at hand
        await count_uses(tx, [self.use_of(delivery.account_key, delivery.channel_id)])

    def use_of(self, account_key: str, channel_id: ChannelId) -> Use:
        """Give what the attempt used of its account's budgets."""
        return Use.of(account_key, channel_id, self.heard)

    def row(
        self, ended: datetime, outcome: str, *, error_class: str = "", detail: str = ""
    ) -> dict[str, Any]:
        """Give the attempt's row; always the same columns."""
        return {
            "id": new_id(),
            "organization_id": self.lease.organization_id,
            "delivery_id": self.lease.delivery_id,
            "kind": self.kind,
            "token": self.lease.token,
            "worker": self.lease.worker,
            "started_at": ended - timedelta(seconds=self.clock.monotonic() - self.began),
            "ended_at": ended,
            "phase": self.phase,
            "outcome": outcome,
            "error_class": error_class,
            "detail": scrub(detail)[:2000] if detail else "",
            "calls": [call.as_row() for call in self.heard.calls[-_CALLS_KEPT:]],
        }
