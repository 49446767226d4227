"""What the REST door needs of the live events, which the pages share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from signoff.kernel.ids import OrganizationId


class Live(Protocol):
    """Gives server-sent events of an organization."""

    def stream(self, organization_id: OrganizationId, since: int) -> AsyncIterator[bytes]:
        """Give what changes after audit entry `since`, until the caller leaves."""
        ...
