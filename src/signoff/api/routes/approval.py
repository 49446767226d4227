"""What brands and channels ask for before a post is approved."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.api.schemas.approval import ApprovalOut, BrandApprovalIn, ChannelApprovalIn
from signoff.api.versions import BasedOn, tag
from signoff.kernel.errors import NotFound, VersionChanged, VersionMissing
from signoff.kernel.ids import BrandId, ChannelId
from signoff.organizations import approval
from signoff.organizations.rule_rows import Rules

router = new_router("", "Brands and channels", NotFound)


def _answer(response: Response, rules: Rules) -> ApprovalOut:
    tag(response, rules.version)
    return ApprovalOut.of(rules)


@router.get("/brands/{brand_id}/approval", summary="Read a brand's approval rules")
async def read_brand_approval(
    brand_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> ApprovalOut:
    """Give how many people approve a post of the brand, who doesn't count, and what is asked for before."""
    return _answer(response, await approval.brand_approval(runtime, actor, BrandId(brand_id)))


@router.put(
    "/brands/{brand_id}/approval",
    summary="Set a brand's approval rules",
    responses=problems(VersionChanged, VersionMissing),
)
async def set_brand_approval(
    brand_id: UUID,
    body: BrandApprovalIn,
    version: BasedOn,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    response: Response,
) -> ApprovalOut:
    """Set all rules of a brand. What is sealed stays approved; what waits is decided under the new ones."""
    given = body.model_dump()
    rules = await approval.set_brand_approval(runtime, actor, BrandId(brand_id), given, version=version)
    return _answer(response, rules)


@router.get("/channels/{channel_id}/approval", summary="Read a channel's approval rules")
async def read_channel_approval(
    channel_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> ApprovalOut:
    """Give what the channel asks for in place of its brand, and what holds with the brand's rules."""
    return _answer(response, await approval.channel_approval(runtime, actor, ChannelId(channel_id)))


@router.put(
    "/channels/{channel_id}/approval",
    summary="Set a channel's own approval rules",
    responses=problems(VersionChanged, VersionMissing),
)
async def set_channel_approval(
    channel_id: UUID,
    body: ChannelApprovalIn,
    version: BasedOn,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    response: Response,
) -> ApprovalOut:
    """Set what the channel asks for in place of its brand; what isn't given, or null, follows the brand."""
    given = body.model_dump()
    rules = await approval.set_channel_approval(runtime, actor, ChannelId(channel_id), given, version=version)
    return _answer(response, rules)
