"""Exported pages, as files to keep."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from starlette.responses import Response, StreamingResponse

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.kernel.errors import NotFound, WrongState
from signoff.kernel.ids import BrandId, DeliveryId
from signoff.organizations.exports import export_page, export_zip

router = new_router("", "Deliveries", NotFound)


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {200: {"description": "The file.", "content": content}}


def _attached(filename: str) -> dict[str, str]:
    """An export never runs on our origin, even if a browser is led straight to it."""
    return {
        "Content-Disposition": f'attachment; filename="{filename}"',
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }


_PAGE: Final = "text/html; charset=utf-8"
_ZIP: Final = "application/zip"


@router.get(
    "/deliveries/{delivery_id}/export",
    summary="Download an exported page",
    response_class=Response,
    responses=problems(WrongState) | _file(_PAGE),
)
async def export_delivery(delivery_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> Response:
    """Give the complete page of a delivery to an HTML channel: as published, else as approved."""
    page = await export_page(runtime, actor, DeliveryId(delivery_id))
    return Response(page.content, media_type=_PAGE, headers=_attached(page.filename))


@router.get(
    "/brands/{brand_id}/exports.zip",
    summary="Download all exported pages of a brand",
    response_class=StreamingResponse,
    responses=_file(_ZIP),
)
async def export_brand(brand_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> StreamingResponse:
    """Give all published pages with their pictures, packed while they are sent."""
    pieces = await export_zip(runtime, actor, BrandId(brand_id))
    return StreamingResponse(pieces, media_type=_ZIP, headers=_attached(f"exports-{brand_id}.zip"))
