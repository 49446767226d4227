"""Which parameters the links in a brand's posts carry."""

from __future__ import annotations

from uuid import UUID

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.routing import new_router
from signoff.api.schemas.link_tracking import LinkTrackingIn, LinkTrackingOut
from signoff.kernel.errors import NotFound
from signoff.kernel.ids import BrandId, ChannelId
from signoff.organizations import link_tracking

router = new_router("", "Brands and channels", NotFound)


@router.get("/brands/{brand_id}/link-tracking", summary="Read what a brand's links carry")
async def read_link_tracking(brand_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> LinkTrackingOut:
    """Give the parameters of all channels, and those of channels that have their own."""
    given = await link_tracking.get_link_tracking(runtime, actor, BrandId(brand_id))
    return LinkTrackingOut.of(given)


@router.put("/brands/{brand_id}/link-tracking", summary="Set what a brand's links carry")
async def set_link_tracking(
    brand_id: UUID, body: LinkTrackingIn, actor: CurrentActor, runtime: CurrentRuntime
) -> LinkTrackingOut:
    """Set the parameters of all channels, and of those that are named. What was handed in keeps its links."""
    wanted: dict[ChannelId | None, str] = {ChannelId(key): said for key, said in body.channels.items()}
    wanted[None] = body.parameters
    given = await link_tracking.set_link_tracking(runtime, actor, BrandId(brand_id), wanted)
    return LinkTrackingOut.of(given)
