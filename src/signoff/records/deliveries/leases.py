"""The right to carry a delivery out, and the durations of the protocol."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from signoff.connectors.base import CALL_TIMEOUT, COMMIT_START_WITHIN
from signoff.kernel.ids import DeliveryId, OrganizationId

LEASE: Final = timedelta(seconds=45)
"""At least COMMIT_START_WITHIN + CALL_TIMEOUT + 10 s, so that no call outlives the lease it began under."""

RENEW_EVERY: Final = timedelta(seconds=15)

SETTLE: Final = COMMIT_START_WITHIN + CALL_TIMEOUT
"""After an intent, how long its call can still take effect; the channel's visibility delay comes on top."""

RETRY_AFTER: Final = (timedelta(minutes=2), timedelta(minutes=4), timedelta(minutes=8))
"""The waits between the tries of a delivery; when they are used up it has failed."""


@dataclass(frozen=True, slots=True)
class Lease:
    """One worker's hold of one delivery. Every write carries the token; an older one changes nothing."""

    delivery_id: DeliveryId
    organization_id: OrganizationId
    token: int
    worker: str
