"""Deliveries of a period."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.routing import new_router
from signoff.api.schemas.base import ListOut, Moment
from signoff.api.schemas.deliveries import DeliveryOut
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import BrandId
from signoff.records.deliveries import queries

router = new_router("/calendar", "Publishing")

_LONGEST: Final = timedelta(days=366)


@router.get("", summary="List the deliveries of a period")
async def calendar(
    actor: CurrentActor,
    runtime: CurrentRuntime,
    start: Annotated[Moment, Query(alias="from", description="The first moment.")],
    end: Annotated[
        Moment, Query(alias="to", description="The moment after the last one; a year later at most.")
    ],
    brand: Annotated[UUID | None, Query(description="Of this brand.")] = None,
) -> ListOut[DeliveryOut]:
    """Give all deliveries due from `from` until before `to`, at most 2,000; cancelled ones are left out."""
    if not timedelta(0) < end - start <= _LONGEST:
        raise Invalid("A period ends after it begins, and within a year.", field="to")
    found = await queries.calendar(runtime, actor, start, end, BrandId(brand) if brand else None)
    return ListOut(items=[DeliveryOut.of(view) for view in found])
