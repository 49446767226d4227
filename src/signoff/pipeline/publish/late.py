"""What is later than its brand allows: sent one after the other by rule, or people are asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.orm import aliased

from signoff.db.clock import now_sql
from signoff.pipeline.publish.conditions import NOT_HELD, NOT_PAUSED
from signoff.pipeline.publish.held import is_told, tell_held
from signoff.pipeline.publish.line_up import line_up
from signoff.records.deliveries.waiting import what_bars
from signoff.records.models import Delivery
from signoff.records.states import DeliveryState, LatePolicy
from signoff.records.tenants import Brand
from signoff.runtime import Runtime

_AT_ONCE: Final = 500
_SPREAD_WITHIN: Final = timedelta(minutes=5)

d: Final = aliased(Delivery, name="d")
"""The name that the conditions use."""

_WINDOW: Final = func.make_interval(0, 0, 0, 0, 0, 0, Brand.late_window_s)
_IS_STUCK: Final = and_(
    Brand.late_policy == LatePolicy.SPREAD,
    func.coalesce(d.released_to, d.due_at) + _WINDOW + func.greatest(_WINDOW, _SPREAD_WITHIN) < now_sql(),
)
"""The rule should have let it go, and for another window it didn't."""


async def settle_late(runtime: Runtime) -> int:
    """Follow each brand's rule for what is too late; tell how many were let go or asked about.

    The claim holds what is late without this. It only gives turns, and tells people.
    """
    return await line_up(runtime) + await _ask(runtime)


async def _ask(runtime: Runtime) -> int:
    query = (
        select(d)
        .join(Brand, Brand.id == d.brand_id)
        .where(
            d.state == DeliveryState.SCHEDULED,
            d.claimable_at <= now_sql(),  # keeps to the near end of the index, however much is planned
            d.wanted.is_(None),
            d.due_at <= now_sql(),  # what is late is due: an index answers that, the rule itself none
            text(f"NOT ({NOT_HELD})"),
            text(NOT_PAUSED),
            or_(Brand.late_policy == LatePolicy.ASK, d.held_since.is_not(None), _IS_STUCK),
            ~is_told(d),
        )
        .order_by(d.due_at, d.id)
        .limit(_AT_ONCE)
        .with_for_update(of=d, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    async with runtime.worker_transaction() as tx:
        held = (await tx.scalars(query)).all()
        for delivery in held:
            barred = await what_bars(tx, delivery)
            await tell_held(runtime, tx, delivery, why=f"{barred.text}." if barred else "")
        return len(held)
