"""Brands: the businesses that posts are published for."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response, status

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.lists import Cursor, Limit
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.api.schemas.base import PageOut
from signoff.api.schemas.brands import BrandChangesIn, BrandIn, BrandOut
from signoff.api.versions import BasedOn, tag
from signoff.kernel.errors import NotFound, VersionChanged, VersionMissing, WrongState
from signoff.kernel.ids import BrandId
from signoff.organizations import brands
from signoff.organizations.brands import BrandChanges, BrandDraft
from signoff.records.tenants import Brand

router = new_router("/brands", "Brands and channels", NotFound)


def _answer(response: Response, brand: Brand) -> BrandOut:
    tag(response, brand.version)
    return BrandOut.model_validate(brand)


@router.get("", summary="List brands")
async def list_brands(
    actor: CurrentActor, runtime: CurrentRuntime, cursor: Cursor = None, limit: Limit = 50
) -> PageOut[BrandOut]:
    """Give the brands by name."""
    page = await brands.page_of_brands(runtime, actor, cursor=cursor, limit=limit)
    return PageOut(
        items=[BrandOut.model_validate(brand) for brand in page.items], next_cursor=page.next_cursor
    )


@router.post("", status_code=status.HTTP_201_CREATED, summary="Add a brand")
async def add_brand(
    body: BrandIn, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> BrandOut:
    """Add a brand; only its name and time zone are needed."""
    brand = await brands.create_brand(runtime, actor, BrandDraft(**body.model_dump()))
    response.headers["Location"] = f"/api/v1/brands/{brand.id}"
    return _answer(response, brand)


@router.get("/{brand_id}", summary="Read a brand")
async def read_brand(
    brand_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> BrandOut:
    """Give one brand."""
    return _answer(response, await brands.get_brand(runtime, actor, BrandId(brand_id)))


@router.patch("/{brand_id}", summary="Change a brand", responses=problems(VersionChanged, VersionMissing))
async def change_brand(
    brand_id: UUID,
    body: BrandChangesIn,
    version: BasedOn,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    response: Response,
) -> BrandOut:
    """Change what is given. With another time zone, what is scheduled keeps its local time and moves."""
    changes = BrandChanges(**body.model_dump())
    brand = await brands.change_brand(runtime, actor, BrandId(brand_id), changes, version=version)
    return _answer(response, brand)


@router.delete(
    "/{brand_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Remove a brand",
    responses=problems(VersionChanged, VersionMissing, WrongState),
)
async def remove_brand(
    brand_id: UUID, version: BasedOn, actor: CurrentActor, runtime: CurrentRuntime
) -> None:
    """Remove a brand with its channels. Its posts and what was published stay on record."""
    await brands.remove_brand(runtime, actor, BrandId(brand_id), version=version)
