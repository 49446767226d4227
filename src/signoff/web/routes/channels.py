"""Channels: the accounts that posts go to, their health, and how they are connected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from signoff.connectors.about import About, Field
from signoff.kernel.errors import Problem
from signoff.kernel.ids import BrandId, ChannelId
from signoff.kernel.people import May
from signoff.organizations.brands import get_brand, list_brands
from signoff.organizations.channels import (
    change_channel,
    check_channel,
    connect_channel,
    get_channel,
    platforms,
    reconnect_channel,
    remove_channel,
)
from signoff.organizations.channels.overview import channel_figures, page_by_urgency
from signoff.records.budgets.gauges import gauges
from signoff.web.channel_abilities import abilities, expiry
from signoff.web.forms import chosen_id, text
from signoff.web.once import new_router
from signoff.web.problems import field_errors
from signoff.web.seek import Seek
from signoff.web.visit import Looking, Reading, Sending, Visit

router = new_router("/channels")


@router.get("")
async def show_channels(visit: Looking, seek: Annotated[Seek, Depends(Seek.of)]) -> HTMLResponse:
    """List channels with their health, in pages: of all brands or of one, or those with words in a name."""
    runtime, actor, now = visit.runtime, visit.actor, visit.runtime.clock.now()
    chosen = chosen_id(visit.brand)
    only = BrandId(chosen) if chosen else None
    page = await page_by_urgency(runtime, actor, brand_id=only, search=seek.q, cursor=seek.cursor or None)
    return await visit.page(
        "settings/channels.html",
        "settings",
        channels=page.items,
        seek=seek,
        next_cursor=page.next_cursor,
        brands={brand.id: brand for brand in await list_brands(runtime, actor)},
        figures=await channel_figures(runtime, actor, only),
        expiries={channel.id: expiry(channel, now) for channel in page.items},
        gauges={each.channel.id: each for each in await gauges(runtime, actor)},
    )


@router.get("/connect")
async def show_connect(visit: Reading, platform: str = "", brand: str = "") -> HTMLResponse:
    """Show the platform's form."""
    visit.actor.need(May.MANAGE_CHANNELS)
    return await _connect_page(visit, platform, brand)


@router.post("/connect")
async def send_connect(
    visit: Sending,
    platform: Annotated[str, Form()],
    brand: Annotated[UUID, Form()],
    name: Annotated[str, Form()] = "",
) -> Response:
    """Ask the platform and connect the account."""
    form = await visit.request.form()
    about = visit.runtime.connector(platform).about
    try:
        channel = await connect_channel(
            visit.runtime,
            visit.actor,
            BrandId(brand),
            platform,
            name,
            _group(form, "credentials", about.credentials),
            _group(form, "options", about.options),
        )
    except Problem as problem:
        return await _connect_page(visit, platform, str(brand), problem, _given(form))
    return visit.done(f"/channels/{channel.id}", f"“{channel.name}” is connected.", icon="plug")


@router.get("/{channel_id}")
async def show_channel(visit: Looking, channel_id: UUID) -> HTMLResponse:
    """Show one channel."""
    return await _channel_page(visit, ChannelId(channel_id))


@router.post("/{channel_id}")
async def send_change(
    visit: Sending, channel_id: UUID, version: Annotated[int, Form()], name: Annotated[str, Form()] = ""
) -> Response:
    """Change name and options."""
    form = await visit.request.form()
    channel = await get_channel(visit.runtime, visit.actor, ChannelId(channel_id))
    about = visit.runtime.connector(channel.platform).about
    try:
        await change_channel(
            visit.runtime,
            visit.actor,
            ChannelId(channel_id),
            version=version,
            name=name,
            options=_group(form, "options", about.options),
        )
    except Problem as problem:
        return await _channel_page(visit, ChannelId(channel_id), problem, _given(form))
    return visit.done(f"/channels/{channel_id}", "Saved.")


@router.post("/{channel_id}/check")
async def send_check(visit: Sending, channel_id: UUID) -> Response:
    """Ask the platform whether the account still works."""
    channel = await check_channel(visit.runtime, visit.actor, ChannelId(channel_id))
    if channel.state == "connected" and not channel.problem:
        return visit.done(f"/channels/{channel_id}", "The account works.")
    return visit.done(
        f"/channels/{channel_id}", channel.problem or "Look at the state.", icon="triangle-alert", tone="warn"
    )


@router.get("/{channel_id}/reconnect")
async def show_reconnect(visit: Reading, channel_id: UUID) -> HTMLResponse:
    """Ask for new credentials."""
    visit.actor.need(May.MANAGE_CHANNELS)
    return await _sheet(visit, ChannelId(channel_id), "reconnect")


@router.post("/{channel_id}/reconnect")
async def send_reconnect(visit: Sending, channel_id: UUID) -> Response:
    """Connect the same account with new credentials."""
    form = await visit.request.form()
    channel = await get_channel(visit.runtime, visit.actor, ChannelId(channel_id))
    about = visit.runtime.connector(channel.platform).about
    try:
        done = await reconnect_channel(
            visit.runtime, visit.actor, ChannelId(channel_id), _group(form, "credentials", about.credentials)
        )
    except Problem as problem:
        return await _sheet(visit, ChannelId(channel_id), "reconnect", problem, _given(form))
    said = "Connected again."
    if done.retryable:
        said += f" {len(done.retryable)} failed for want of a connection; retry them on the board."
        return visit.done("/publishing", said, icon="plug")
    return visit.done(f"/channels/{channel_id}", said, icon="plug")


@router.get("/{channel_id}/remove")
async def show_remove(visit: Reading, channel_id: UUID) -> HTMLResponse:
    """Ask before a channel is removed."""
    visit.actor.need(May.MANAGE_CHANNELS)
    return await _sheet(visit, ChannelId(channel_id), "remove_channel")


@router.post("/{channel_id}/remove")
async def send_remove(visit: Sending, channel_id: UUID) -> Response:
    """Remove a channel."""
    try:
        removed = await remove_channel(visit.runtime, visit.actor, ChannelId(channel_id))
    except Problem as problem:
        return await _sheet(visit, ChannelId(channel_id), "remove_channel", problem)
    said = "The channel is removed."
    if removed.on_their_way:
        said += f" On their way already: {len(removed.on_their_way)}."
    return visit.done("/channels", said, icon="trash-2")


def _kinds(visit: Visit) -> set[str]:
    """Give the kinds of posts that any platform here takes."""
    return {kind for each in platforms(visit.runtime) for kind in each.content_types}


def _group(form: FormData, group: str, fields: Sequence[Field]) -> dict[str, Any]:
    """Read the fields of a platform; of a box the last value counts, the first one says that it was shown."""
    found = {}
    for field in fields:
        values = [value for value in form.getlist(f"{group}_{field.name}") if isinstance(value, str)]
        if values:
            found[field.name] = values[-1].strip()
    return found


def _given(form: FormData) -> dict[str, str]:
    """Give what was typed, to be shown again; secrets are typed again."""
    return {name: text(form, name) for name in form}


async def _connect_page(
    visit: Visit,
    platform: str,
    brand: str,
    problem: Problem | None = None,
    given: Mapping[str, str] | None = None,
) -> HTMLResponse:
    known = platforms(visit.runtime)
    about: About | None = next(
        (each for each in known if each.platform == platform), known[0] if known else None
    )
    return await visit.page(
        "settings/connect.html",
        "settings",
        status=problem.status if problem else 200,
        platforms=known,
        about=about,
        chosen_brand=str(chosen_id(brand) or ""),
        problem=problem,
        errors=field_errors(problem),
        given=given or {},
    )


async def _channel_page(
    visit: Visit,
    channel_id: ChannelId,
    problem: Problem | None = None,
    given: Mapping[str, str] | None = None,
) -> HTMLResponse:
    channel = await get_channel(visit.runtime, visit.actor, channel_id)
    about = visit.runtime.connector(channel.platform).about
    budgets = await gauges(visit.runtime, visit.actor)
    return await visit.page(
        "settings/channel.html",
        "settings",
        status=problem.status if problem else 200,
        channel=channel,
        brand=await get_brand(visit.runtime, visit.actor, channel.brand_id),
        about=about,
        abilities=abilities(about, channel, _kinds(visit)),
        expiry=expiry(channel, visit.runtime.clock.now()),
        gauge=next((each for each in budgets if each.channel.id == channel.id), None),
        problem=problem,
        errors=field_errors(problem),
        given=given or {f"options_{name}": value for name, value in channel.options.items()},
    )


async def _sheet(
    visit: Visit,
    channel_id: ChannelId,
    name: str,
    problem: Problem | None = None,
    given: Mapping[str, str] | None = None,
) -> HTMLResponse:
    channel = await get_channel(visit.runtime, visit.actor, channel_id)
    about = next(each for each in platforms(visit.runtime) if each.platform == channel.platform)
    return await visit.sheet(
        f"sheets/{name}.html",
        "settings",
        status=problem.status if problem else 200,
        channel=channel,
        about=about,
        problem=problem,
        errors=field_errors(problem),
        given=given or {},
    )
