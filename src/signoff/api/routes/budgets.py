"""Budgets: how much of what the platforms allow is used."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.lists import Cursor, Limit
from signoff.api.routing import new_router
from signoff.api.schemas.base import PageOut
from signoff.api.schemas.operation import BudgetOut
from signoff.kernel.ids import BrandId
from signoff.records.budgets.gauges import page_of_gauges

router = new_router("/budgets", "Publishing")


@router.get("", summary="List the budgets of channels")
async def list_budgets(
    *,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    brand: Annotated[UUID | None, Query(description="Of this brand only.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[BudgetOut]:
    """Give what each channel's account has used, what is planned, and until when it waits; by name.

    Whatever else uses the same account counts as well: a platform knows no channels.
    """
    wanted = BrandId(brand) if brand else None
    page = await page_of_gauges(runtime, actor, wanted, cursor=cursor, limit=limit)
    return PageOut(items=[BudgetOut.of(gauge) for gauge in page.items], next_cursor=page.next_cursor)
