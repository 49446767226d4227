"""What the viewer wants to be told by mail."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Form
from starlette.responses import HTMLResponse, Response

from signoff.records.alerts.notifications import choose_mail, list_choices
from signoff.web.once import new_router
from signoff.web.visit import Reading, Sending

HERE: Final = "/settings/notifications"

router = new_router(HERE)


@router.get("")
async def show_notifications(visit: Reading) -> HTMLResponse:
    """Show each event that reaches the viewer, and by which ways it does."""
    return await visit.page(
        "settings/notifications.html",
        "settings",
        choices=await list_choices(visit.runtime, visit.actor),
        mails=visit.runtime.mail.is_configured,
    )


@router.post("")
async def send_notifications(visit: Sending, mail: Annotated[list[str] | None, Form()] = None) -> Response:
    """Choose which of them come by mail; the others don't."""
    wanted = set(mail or ())
    rest = {choice.event.name for choice in await list_choices(visit.runtime, visit.actor)} - wanted
    await choose_mail(visit.runtime, visit.actor, wanted, is_wanted=True)
    await choose_mail(visit.runtime, visit.actor, rest, is_wanted=False)
    return visit.done(HERE, "Saved.")
