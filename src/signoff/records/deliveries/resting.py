"""Letting an account rest because its platform asked to wait, whoever uses it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from signoff.connectors.errors import Rest
from signoff.records.models import Delivery
from signoff.records.tenants import AccountState, Channel

_WORDS_CHARS: Final = 500

HOLDERS: Final = "(d.account_key, (SELECT c.app_key FROM channels c WHERE c.id = d.channel_id))"
"""The rows of `accounts` that a delivery `d` depends on: its account, and the application it goes through."""

MAY_BE_CALLED: Final = f"""NOT EXISTS (SELECT 1 FROM accounts a WHERE a.key IN {HOLDERS}
        AND a.held_until > signoff_now())"""  # noqa: S608 - put together from constants
"""The platform doesn't ask to wait: looking and taking down ask this alone, and no budget of ours."""


async def let_rest(tx: AsyncSession, delivery: Delivery, rests: Rest, until: datetime, reason: str) -> None:
    """Hold what a platform wants to rest; an earlier, longer hold stays."""
    key = delivery.account_key
    if rests is Rest.APP:
        key = await tx.scalar(select(Channel.app_key).where(Channel.id == delivery.channel_id)) or key
    reason = reason[:_WORDS_CHARS]
    if rests is Rest.POSTS:
        await _hold(tx, key, AccountState.free_from, {"free_from": until, "waits_for": reason}, until)
    else:
        await _hold(tx, key, AccountState.held_until, {"held_until": until, "hold_reason": reason}, until)


async def _hold(
    tx: AsyncSession,
    key: str,
    column: InstrumentedAttribute[datetime | None],
    values: dict[str, Any],
    until: datetime,
) -> None:
    await tx.execute(insert(AccountState).values(key=key).on_conflict_do_nothing())
    is_earlier = or_(column.is_(None), column < until)
    await tx.execute(update(AccountState).where(AccountState.key == key, is_earlier).values(**values))
