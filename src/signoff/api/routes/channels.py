"""Channels: connected accounts of a brand, and the platforms that there are."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response, status

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.lists import Cursor, Limit
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.api.schemas.base import ListOut, PageOut
from signoff.api.schemas.brands import (
    ChannelChangesIn,
    ChannelIn,
    ChannelOut,
    CredentialsIn,
    PlatformOut,
    ReconnectedOut,
    RemovedOut,
)
from signoff.api.versions import BasedOn, tag
from signoff.kernel.errors import NotFound, TooMany, VersionChanged, VersionMissing, WrongState
from signoff.kernel.ids import BrandId, ChannelId
from signoff.organizations import brands, channels
from signoff.records.pages import Page
from signoff.records.tenants import Channel
from signoff.vault import SecretLocked

router = new_router("", "Brands and channels", NotFound)


def _answer(response: Response, channel: Channel) -> ChannelOut:
    tag(response, channel.version)
    return ChannelOut.model_validate(channel)


def _page(page: Page[Channel]) -> PageOut[ChannelOut]:
    items = [ChannelOut.model_validate(channel) for channel in page.items]
    return PageOut(items=items, next_cursor=page.next_cursor)


@router.get("/platforms", summary="List platforms")
async def list_platforms(runtime: CurrentRuntime) -> ListOut[PlatformOut]:
    """Give the platforms that can be connected, with what they ask for and what they take."""
    return ListOut(items=[PlatformOut.of(about) for about in channels.platforms(runtime)])


@router.get("/channels", summary="List all channels")
async def list_channels(
    actor: CurrentActor, runtime: CurrentRuntime, cursor: Cursor = None, limit: Limit = 50
) -> PageOut[ChannelOut]:
    """Give the channels of all brands by name."""
    return _page(await channels.page_of_channels(runtime, actor, cursor=cursor, limit=limit))


@router.get("/brands/{brand_id}/channels", summary="List a brand's channels")
async def list_brand_channels(
    brand_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, cursor: Cursor = None, limit: Limit = 50
) -> PageOut[ChannelOut]:
    """Give one brand's channels by name."""
    brand = await brands.get_brand(runtime, actor, BrandId(brand_id))
    return _page(await channels.page_of_channels(runtime, actor, brand.id, cursor=cursor, limit=limit))


@router.post(
    "/brands/{brand_id}/channels",
    status_code=status.HTTP_201_CREATED,
    summary="Connect an account",
    responses=problems(TooMany, WrongState),
)
async def connect_channel(
    brand_id: UUID, body: ChannelIn, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> ChannelOut:
    """Connect an account to a brand. The platform is asked first, so that what is stored works."""
    channel = await channels.connect_channel(
        runtime, actor, BrandId(brand_id), body.platform, body.name, body.credentials, body.options
    )
    response.headers["Location"] = f"/api/v1/channels/{channel.id}"
    return _answer(response, channel)


@router.get("/channels/{channel_id}", summary="Read a channel")
async def read_channel(
    channel_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> ChannelOut:
    """Give one channel; never its credentials."""
    return _answer(response, await channels.get_channel(runtime, actor, ChannelId(channel_id)))


@router.patch(
    "/channels/{channel_id}",
    summary="Change a channel",
    responses=problems(VersionChanged, VersionMissing, WrongState, TooMany),
)
async def change_channel(
    channel_id: UUID,
    body: ChannelChangesIn,
    version: BasedOn,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    response: Response,
) -> ChannelOut:
    """Change name or options. Options are part of what was approved: not while deliveries wait."""
    channel = await channels.change_channel(
        runtime, actor, ChannelId(channel_id), version=version, name=body.name, options=body.options
    )
    return _answer(response, channel)


@router.delete(
    "/channels/{channel_id}", summary="Remove a channel", responses=problems(VersionChanged, VersionMissing)
)
async def remove_channel(
    channel_id: UUID, version: BasedOn, actor: CurrentActor, runtime: CurrentRuntime
) -> RemovedOut:
    """Remove a channel. Waiting deliveries are cancelled, and published ones stay out."""
    removed = await channels.remove_channel(runtime, actor, ChannelId(channel_id), version=version)
    return RemovedOut(on_their_way=[delivery.id for delivery in removed.on_their_way])


@router.post("/channels/{channel_id}/check", summary="Check a channel", responses=problems(SecretLocked))
async def check_channel(
    channel_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> ChannelOut:
    """Ask the platform whether the account still works; what is wrong stands on the channel."""
    return _answer(response, await channels.check_channel(runtime, actor, ChannelId(channel_id)))


@router.post(
    "/channels/{channel_id}/reconnect",
    summary="Connect the same account again",
    responses=problems(TooMany, WrongState, SecretLocked),
)
async def reconnect_channel(
    channel_id: UUID, body: CredentialsIn, actor: CurrentActor, runtime: CurrentRuntime
) -> ReconnectedOut:
    """Give a channel new credentials; what is scheduled stays scheduled."""
    done = await channels.reconnect_channel(runtime, actor, ChannelId(channel_id), body.credentials)
    return ReconnectedOut(channel=ChannelOut.model_validate(done.channel), retryable=list(done.retryable))
