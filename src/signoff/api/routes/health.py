"""How publishing goes, in figures."""

from __future__ import annotations

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.routing import new_router
from signoff.api.schemas.operation import HealthOut
from signoff.records.overview.health import health_of

router = new_router("/health", "Publishing")


@router.get("/publishing", summary="Tell how publishing goes")
async def publishing_health(actor: CurrentActor, runtime: CurrentRuntime) -> HealthOut:
    """Give backlog, lateness and success of the organization's deliveries, each platform, and what is wrong.

    Alarms, pauses of everything and the counts of processes are the whole installation's.
    """
    return HealthOut.of(await health_of(runtime, actor))
