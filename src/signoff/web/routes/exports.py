"""Exported pages, for downloading: one, or all of a brand. They are files and never run on our origin."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from signoff.kernel.ids import BrandId, DeliveryId
from signoff.organizations.brands import get_brand
from signoff.organizations.exports import export_page, export_zip
from signoff.web.headers import SANDBOX
from signoff.web.visit import Reading

router = APIRouter()

_AS_FILE: Final = {"Content-Security-Policy": SANDBOX}


@router.get("/deliveries/{delivery_id}/export")
async def download_page(visit: Reading, delivery_id: UUID) -> Response:
    """Download the page of an HTML export."""
    page = await export_page(visit.runtime, visit.actor, DeliveryId(delivery_id))
    return Response(page.content, media_type="text/html", headers=_AS_FILE | _named(page.filename))


@router.get("/settings/brands/{brand_id}/export")
async def download_brand(visit: Reading, brand_id: UUID) -> Response:
    """Download all published pages of a brand, with their pictures."""
    brand = await get_brand(visit.runtime, visit.actor, BrandId(brand_id))
    blocks = await export_zip(visit.runtime, visit.actor, brand.id)
    return StreamingResponse(
        blocks, media_type="application/zip", headers=_AS_FILE | _named(f"{brand.name} pages.zip")
    )


def _named(filename: str) -> dict[str, str]:
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename)}"}
