"""How publishing goes, in figures."""

from __future__ import annotations

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.routing import new_router
from signoff.api.schemas.operation import HealthOut
from signoff.records.board import publishing_health as figures

router = new_router("/health", "Publishing")


@router.get("/publishing", summary="Tell how publishing goes")
async def publishing_health(actor: CurrentActor, runtime: CurrentRuntime) -> HealthOut:
    """Give backlog, lateness and success of the organization's deliveries, and how many workers run."""
    return HealthOut.model_validate(await figures(runtime, actor))
