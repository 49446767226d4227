"""Alerts: what a person must know, until somebody closes it."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import HTMLResponse, Response

from signoff.kernel.ids import AlertId
from signoff.records.alerts.notices import close_alert, page_of_alerts
from signoff.web.once import new_router
from signoff.web.visit import Looking, Sending

router = new_router("/alerts")


@router.get("")
async def show_alerts(visit: Looking, cursor: str = "") -> HTMLResponse:
    """List the open alerts."""
    page = await page_of_alerts(visit.runtime, visit.actor, cursor=cursor or None)
    return await visit.page(
        "settings/alerts.html",
        "settings",
        alerts=page.items,
        next_cursor=page.next_cursor,
        mails=visit.runtime.settings.smtp_url is not None,
    )


@router.post("/{alert_id}/close")
async def send_close(visit: Sending, alert_id: UUID) -> Response:
    """Close an alert."""
    await close_alert(visit.runtime, visit.actor, AlertId(alert_id))
    return visit.done("/alerts", "Closed.")
