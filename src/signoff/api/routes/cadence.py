"""The cadence of brands and channels."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.api.schemas.cadence import CadenceIn, CadenceOut
from signoff.api.versions import BasedOn, tag
from signoff.kernel.errors import NotFound, VersionChanged, VersionMissing
from signoff.kernel.ids import BrandId, ChannelId
from signoff.organizations import cadence
from signoff.organizations.rule_rows import Rules

router = new_router("", "Brands and channels", NotFound)


def _answer(response: Response, rules: Rules) -> CadenceOut:
    tag(response, rules.version)
    return CadenceOut.of(rules)


@router.get("/brands/{brand_id}/cadence", summary="Read a brand's cadence")
async def read_brand_cadence(
    brand_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> CadenceOut:
    """Give how often and when the brand's channels post, unless they have rules of their own."""
    return _answer(response, await cadence.brand_cadence(runtime, actor, BrandId(brand_id)))


@router.put(
    "/brands/{brand_id}/cadence",
    summary="Set a brand's cadence",
    responses=problems(VersionChanged, VersionMissing),
)
async def set_brand_cadence(
    brand_id: UUID,
    body: CadenceIn,
    version: BasedOn,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    response: Response,
) -> CadenceOut:
    """Set all rules of a brand. What is scheduled already stays where it is."""
    rules = await cadence.set_brand_cadence(runtime, actor, BrandId(brand_id), body.given, version=version)
    return _answer(response, rules)


@router.get("/channels/{channel_id}/cadence", summary="Read a channel's cadence")
async def read_channel_cadence(
    channel_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> CadenceOut:
    """Give the channel's own rules, and what holds with those of its brand."""
    return _answer(response, await cadence.channel_cadence(runtime, actor, ChannelId(channel_id)))


@router.put(
    "/channels/{channel_id}/cadence",
    summary="Set a channel's own cadence",
    responses=problems(VersionChanged, VersionMissing),
)
async def set_channel_cadence(
    channel_id: UUID,
    body: CadenceIn,
    version: BasedOn,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    response: Response,
) -> CadenceOut:
    """Set the channel's own rules; what isn't given follows the brand, and null lifts the brand's limit."""
    given = body.given
    rules = await cadence.set_channel_cadence(runtime, actor, ChannelId(channel_id), given, version=version)
    return _answer(response, rules)
