"""What this process has seen itself: since when an intent stands, by a clock that never jumps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from signoff.kernel.clock import Clock
from signoff.kernel.ids import DeliveryId
from signoff.records.deliveries.leases import SETTLE
from signoff.records.models import Delivery

_FORGET_AFTER_S: Final = 86_400.0


class Witness:
    """Remembers when it first saw each intent. A database clock that jumps proves nothing; this does."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._first_seen: dict[tuple[DeliveryId, int], float] = {}

    def observe(self, deliveries: Iterable[Delivery]) -> None:
        """Note the intents that stand now."""
        now = self._clock.monotonic()
        for delivery in deliveries:
            self._first_seen.setdefault((delivery.id, delivery.intent_number or 0), now)
        old = [seen for seen, at in self._first_seen.items() if now - at > _FORGET_AFTER_S]
        for seen in old:
            del self._first_seen[seen]

    def missing_s(self, delivery: Delivery) -> float:
        """Tell how many seconds more the intent must be seen to stand before its call has no effect left."""
        now = self._clock.monotonic()
        since = self._first_seen.setdefault((delivery.id, delivery.intent_number or 0), now)
        return max(0.0, SETTLE.total_seconds() - (now - since))
