"""Who is asking."""

from __future__ import annotations

from signoff.api.access import CurrentActor
from signoff.api.routing import new_router
from signoff.api.schemas.people import MeOut

router = new_router("/me", "People")


@router.get("", summary="Tell who I am")
async def read_me(actor: CurrentActor) -> MeOut:
    """Tell whom the token or session speaks for, and what it may do."""
    return MeOut.of(actor)
