"""What a person must know."""

from __future__ import annotations

from uuid import UUID

from fastapi import status

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.lists import Cursor, Limit
from signoff.api.routing import new_router
from signoff.api.schemas.base import PageOut
from signoff.api.schemas.operation import AlertOut
from signoff.kernel.errors import NotFound
from signoff.kernel.ids import AlertId
from signoff.records.alerts import notices

router = new_router("/alerts", "Publishing", NotFound)


@router.get("", summary="List open alerts")
async def list_alerts(
    actor: CurrentActor, runtime: CurrentRuntime, cursor: Cursor = None, limit: Limit = 50
) -> PageOut[AlertOut]:
    """Give what nobody has dealt with yet, newest first."""
    page = await notices.page_of_alerts(runtime, actor, cursor=cursor, limit=limit)
    return PageOut(
        items=[AlertOut.model_validate(alert) for alert in page.items], next_cursor=page.next_cursor
    )


@router.post("/{alert_id}/close", status_code=status.HTTP_204_NO_CONTENT, summary="Close an alert")
async def close_alert(alert_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> None:
    """Say that it was dealt with."""
    await notices.close_alert(runtime, actor, AlertId(alert_id))
