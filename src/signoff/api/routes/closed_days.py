"""Days without posts."""

from __future__ import annotations

from uuid import UUID

from fastapi import status

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.routing import new_router
from signoff.api.schemas.base import ListOut
from signoff.api.schemas.closed_days import ClosedDaysIn, ClosedDaysOut
from signoff.kernel.errors import NotFound
from signoff.kernel.ids import BrandId, ClosedDaysId
from signoff.organizations.closed_days import close_days, list_closed, open_days

router = new_router("/brands/{brand_id}/closed-days", "Brands and channels", NotFound)


@router.get("", summary="List a brand's days without posts")
async def list_closed_days(
    brand_id: UUID, actor: CurrentActor, runtime: CurrentRuntime
) -> ListOut[ClosedDaysOut]:
    """List those that last or are still to come, the next first."""
    found = await list_closed(runtime, actor, BrandId(brand_id))
    return ListOut(items=[ClosedDaysOut.of(each) for each in found])


@router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    summary="Keep days free of posts",
)
async def add_closed_days(
    brand_id: UUID, body: ClosedDaysIn, actor: CurrentActor, runtime: CurrentRuntime
) -> ClosedDaysOut:
    """Publish nothing on these days. What is scheduled there already stays."""
    return ClosedDaysOut.of(await close_days(runtime, actor, BrandId(brand_id), body.draft))


@router.delete("/{closed_id}", status_code=status.HTTP_204_NO_CONTENT, summary="Let posts out again")
async def remove_closed_days(
    brand_id: UUID, closed_id: UUID, actor: CurrentActor, runtime: CurrentRuntime
) -> None:
    """Let posts go out on these days again."""
    await open_days(runtime, actor, BrandId(brand_id), ClosedDaysId(closed_id))
