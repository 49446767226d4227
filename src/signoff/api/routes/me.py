"""Who is asking, and what they want to be told."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.api.schemas.base import ListOut
from signoff.api.schemas.notifications import NotificationIn, NotificationOut
from signoff.api.schemas.people import MeOut
from signoff.kernel.errors import NotFound
from signoff.records.alerts import notifications

router = new_router("/me", "People")


@router.get("", summary="Tell who I am")
async def read_me(actor: CurrentActor) -> MeOut:
    """Tell whom the token or session speaks for, and what it may do."""
    return MeOut.of(actor)


@router.get("/notifications", summary="List what I am told")
async def list_notifications(actor: CurrentActor, runtime: CurrentRuntime) -> ListOut[NotificationOut]:
    """Give the events that reach one's role, and whether each comes by mail; the pages show all of them."""
    choices = await notifications.list_choices(runtime, actor)
    return ListOut(items=[NotificationOut.of(choice) for choice in choices])


@router.put("/notifications/{event}", summary="Choose how I am told", responses=problems(NotFound))
async def choose_notification(
    event: Annotated[str, Path(description="Its name in the list.", pattern=r"^[\w-]{1,60}$")],
    body: NotificationIn,
    actor: CurrentActor,
    runtime: CurrentRuntime,
) -> ListOut[NotificationOut]:
    """Choose whether an event comes by mail. Not for agents, nor for tokens with limited scopes."""
    await notifications.choose_mail(runtime, actor, [event], is_wanted=body.mail)
    return await list_notifications(actor, runtime)
