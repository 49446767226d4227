"""What use cases need, in one frozen value that `app` puts together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from signoff.kernel.errors import Invalid

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from signoff.alerts.base import Route
    from signoff.connectors.base import Connector
    from signoff.db.groups import Shared
    from signoff.db.session import Database
    from signoff.kernel.clock import Clock
    from signoff.kernel.ids import OrganizationId
    from signoff.media.store import MediaStore
    from signoff.settings import Settings
    from signoff.vault import Vault

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything a use case may use; nothing is looked up elsewhere."""

    settings: Settings
    clock: Clock
    database: Database
    connectors: Mapping[str, Connector]
    media: MediaStore
    vault: Vault
    fetch: Callable[[str], AsyncIterator[bytes]]
    """Streams an address that a person entered, through the guard against internal addresses."""
    mail: Route
    """Sends letters and notices; a null object where no SMTP server is configured."""

    def transaction(self, organization_id: OrganizationId) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a transaction that sees this organization's rows only."""
        return self.database.transaction(organization_id)

    def reading(self, organization_id: OrganizationId) -> AbstractAsyncContextManager[None]:
        """Let all that this task reads of an organization meanwhile share one transaction."""
        return self.database.reading(organization_id)

    def worker_transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Open a transaction of the workers' role, over all organizations."""
        return self.database.worker_transaction()

    async def together(self, shared: Shared[T, R], item: T) -> R:
        """Write an item as the workers' role, in one transaction with those that come at the same time."""
        return await self.database.together(shared, item)

    def connector(self, platform: str) -> Connector:
        """Give the connector of a platform.

        Raises:
            Invalid: There is no such platform.
        """
        found = self.connectors.get(platform)
        if found is None:
            known = ", ".join(sorted(self.connectors))
            raise Invalid(
                f"There is no platform “{platform}”.", field="platform", next_step=f"Use one of: {known}."
            )
        return found
