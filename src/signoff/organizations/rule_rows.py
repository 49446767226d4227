"""Rules that a brand sets, and one of its channels in its place: a row for each of them that set any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.kernel.errors import VersionChanged
from signoff.kernel.ids import ChannelId
from signoff.kernel.people import Actor
from signoff.records.tenants import ApprovalRule, Brand, CadenceRule, Channel

R = TypeVar("R", ApprovalRule, CadenceRule)


@dataclass(frozen=True, slots=True)
class Rules:
    """What is set for a brand or a channel, and what holds there in the end."""

    brand: Brand
    channel: Channel | None
    own: Mapping[str, Any]
    """What is set here, by field; a channel leaves the others to its brand."""
    in_force: Mapping[str, Any]
    """Every field; where the channel says nothing, the brand's."""
    version: int
    """Grows with every change; 0: nothing was ever set."""


async def rule_row(
    tx: AsyncSession, kind: type[R], target: Brand | Channel, *, for_update: bool = False
) -> R | None:
    """Give what a brand or a channel has set itself."""
    column = kind.brand_id if isinstance(target, Brand) else kind.channel_id
    query = select(kind).where(column == target.id).execution_options(populate_existing=True)
    row: R | None = await tx.scalar(query.with_for_update() if for_update else query)
    return row


async def channel_rows(
    tx: AsyncSession, kind: type[R], channels: Sequence[Channel]
) -> Mapping[ChannelId | None, R]:
    """Give what several channels have set themselves; who has set nothing is left out."""
    own = select(kind).where(kind.channel_id.in_([channel.id for channel in channels]))
    return {row.channel_id: row for row in await tx.scalars(own)}


async def row_to_change(tx: AsyncSession, kind: type[R], target: Brand | Channel, version: int) -> R:
    """Give the row, locked, or a new one.

    Raises:
        VersionChanged: Somebody set the rules since that version.
    """
    row = await rule_row(tx, kind, target, for_update=True)
    if version != (row.version if row else 0):
        raise _changed_meanwhile()
    if row:
        return row
    if isinstance(target, Brand):
        return kind(organization_id=target.organization_id, brand_id=target.id)
    return kind(organization_id=target.organization_id, channel_id=target.id)


async def store_row(  # noqa: PLR0913 - what a change consists of
    tx: AsyncSession,
    actor: Actor,
    target: Brand | Channel,
    row: ApprovalRule | CadenceRule,
    action: str,
    *,
    version: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """Keep the row as the next version, and record the change.

    Raises:
        VersionChanged: Somebody set the first rules at this very moment.
    """
    row.version = version + 1
    try:
        async with tx.begin_nested():
            tx.add(row)
    except IntegrityError as problem:
        if any(index in str(problem) for index in ("approval_of_", "cadence_of_")):
            raise _changed_meanwhile() from problem
        raise
    kind = "brand" if isinstance(target, Brand) else "channel"
    chain.record(tx, actor, action, (kind, target.id), before=before, after=after)


def _changed_meanwhile() -> VersionChanged:
    return VersionChanged(
        "Somebody set these rules meanwhile.", next_step="Reload and make your changes again."
    )
