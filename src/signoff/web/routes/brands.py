"""Brands: the businesses that posts are published for."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Depends, Form
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from signoff.connectors.html.about import PLATFORM as EXPORTED
from signoff.kernel.errors import Invalid, Problem
from signoff.kernel.ids import BrandId
from signoff.kernel.people import May
from signoff.organizations.approval import brand_approval
from signoff.organizations.brands import (
    BrandChanges,
    BrandDraft,
    change_brand,
    create_brand,
    get_brand,
    page_of_brands,
    remove_brand,
)
from signoff.organizations.cadence import brand_cadence
from signoff.organizations.channels import list_channels
from signoff.organizations.channels.overview import count_channels
from signoff.records.tenants import Brand
from signoff.web.forms import text
from signoff.web.once import new_router
from signoff.web.problems import field_errors
from signoff.web.seek import Seek
from signoff.web.times import zone_names
from signoff.web.visit import Looking, Reading, Sending, Visit

router = new_router("/settings/brands")

ADDRESS: Final = (
    ("street", "Street"),
    ("postal_code", "Postal code"),
    ("city", "City"),
    ("region", "Region"),
    ("country", "Country"),
)
_HOURS: Final = re.compile(r"(\S+)\s+(\d\d:\d\d)\s*[-\u2013]\s*(\d\d:\d\d)")


@router.get("")
async def show_brands(visit: Looking, seek: Annotated[Seek, Depends(Seek.of)]) -> HTMLResponse:
    """List the brands, in pages, or those that have something in their name."""
    page = await page_of_brands(visit.runtime, visit.actor, search=seek.q, cursor=seek.cursor or None)
    return await visit.page(
        "settings/brands.html",
        "settings",
        brands=page.items,
        seek=seek,
        next_cursor=page.next_cursor,
        channel_counts=await count_channels(visit.runtime, visit.actor),
    )


@router.get("/new")
async def show_new(visit: Reading) -> HTMLResponse:
    """Ask for a brand's profile."""
    visit.actor.need(May.MANAGE_BRANDS)
    return await _page(visit, None, _blank(visit.zone))


@router.post("/new")
async def send_new(visit: Sending) -> Response:
    """Create a brand."""
    form = await visit.request.form()
    try:
        brand = await create_brand(visit.runtime, visit.actor, BrandDraft(**_values(form)))
    except Problem as problem:
        return await _page(visit, None, _given(form), problem)
    return visit.done("/settings/brands", f"“{brand.name}” is created.", icon="store")


@router.get("/{brand_id}")
async def show_brand(visit: Looking, brand_id: UUID) -> HTMLResponse:
    """Show a brand's profile."""
    brand = await get_brand(visit.runtime, visit.actor, BrandId(brand_id))
    return await _page(visit, brand, _of(brand))


@router.post("/{brand_id}")
async def send_change(visit: Sending, brand_id: UUID, version: Annotated[int, Form()]) -> Response:
    """Change a brand."""
    form = await visit.request.form()
    try:
        changes = BrandChanges(**_values(form))
        await change_brand(visit.runtime, visit.actor, BrandId(brand_id), changes, version=version)
    except Problem as problem:
        brand = await get_brand(visit.runtime, visit.actor, BrandId(brand_id))
        return await _page(visit, brand, _given(form), problem)
    return visit.done(f"/settings/brands/{brand_id}", "Saved.")


@router.get("/{brand_id}/remove")
async def show_remove(visit: Reading, brand_id: UUID) -> HTMLResponse:
    """Ask before a brand is removed."""
    visit.actor.need(May.MANAGE_BRANDS)
    return await _remove_sheet(visit, BrandId(brand_id))


@router.post("/{brand_id}/remove")
async def send_remove(visit: Sending, brand_id: UUID) -> Response:
    """Remove a brand with its channels."""
    try:
        await remove_brand(visit.runtime, visit.actor, BrandId(brand_id))
    except Problem as problem:
        return await _remove_sheet(visit, BrandId(brand_id), problem)
    return visit.done("/settings/brands", "The brand is removed.", icon="trash-2")


def _values(form: FormData) -> dict[str, Any]:
    minutes = text(form, "late_minutes").strip()
    return {
        **{
            name: text(form, name).strip()
            for name in ("name", "time_zone", "website", "category", "telephone")
        },
        "color": text(form, "color").strip(),
        "address": {name: text(form, f"address_{name}") for name, _ in ADDRESS},
        "hours": _hours(text(form, "hours")),
        "late_window_s": int(minutes) * 60 if minutes.isdecimal() else 0,
        "late_policy": text(form, "late_policy") or "ask",
        "facts": _facts(text(form, "facts")),
    }


def _facts(written: str) -> dict[str, Any]:
    """Read lines such as “rooms: 12”.

    Raises:
        Invalid: A line can't be understood, or a name stands twice.
    """
    facts: dict[str, Any] = {}
    for line in filter(None, map(str.strip, written.splitlines())):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not name or not colon or not value:
            raise Invalid(f"“{line}” isn't understood: write it as name: value.", field="facts")
        if name in facts:
            raise Invalid(f"“{name}” is there twice.", field="facts", next_step="Keep one of them.")
        facts[name] = _value(value)
    return facts


def _value(written: str) -> object:
    """Read a number, a list and so on as what it is, and all else as text."""
    try:
        return json.loads(written)
    except ValueError:
        return written


def _fact_lines(facts: Mapping[str, Any]) -> str:
    """Write facts as they are read again: what would read as something else stands as JSON."""
    lines = []
    for name, value in facts.items():
        is_plain = isinstance(value, str) and value == " ".join(value.split()) and _value(value) == value
        lines.append(f"{name}: {value if is_plain else json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines)


def _hours(written: str) -> list[dict[str, str]]:
    """Read lines such as “Mo-Fr 09:00-18:00”.

    Raises:
        Invalid: A line can't be understood.
    """
    entries = []
    for line in filter(None, map(str.strip, written.splitlines())):
        found = _HOURS.fullmatch(line)
        if not found:
            raise Invalid(f"“{line}” isn't understood: write it as Mo-Fr 09:00-18:00.", field="hours")
        entries.append({"days": found[1], "opens": found[2], "closes": found[3]})
    return entries


def _blank(zone: str) -> dict[str, str]:
    names = ("name", "website", "category", "telephone", "color", "hours", "facts")
    empty = dict.fromkeys((*names, *(f"address_{name}" for name, _ in ADDRESS)), "")
    return empty | {"time_zone": zone, "late_minutes": "60", "late_policy": "ask"}


def _of(brand: Brand) -> dict[str, str]:
    lines = [f"{each['days']} {each['opens']}-{each['closes']}" for each in brand.hours]
    return {
        "name": brand.name,
        "time_zone": brand.time_zone,
        "website": brand.website,
        "category": brand.category,
        "telephone": brand.telephone,
        "color": brand.color,
        "hours": "\n".join(lines),
        "late_minutes": str(brand.late_window_s // 60),
        "late_policy": str(brand.late_policy),
        "facts": _fact_lines(brand.facts),
        **{f"address_{name}": str(brand.address.get(name, "")) for name, _ in ADDRESS},
    }


def _given(form: FormData) -> dict[str, str]:
    return _blank("UTC") | {name: text(form, name) for name in form}


async def _page(
    visit: Visit, brand: Brand | None, given: Mapping[str, str], problem: Problem | None = None
) -> HTMLResponse:
    return await visit.page(
        "settings/brand.html",
        "settings",
        status=problem.status if problem else 200,
        brand=brand,
        approval=(await brand_approval(visit.runtime, visit.actor, brand.id)).in_force if brand else None,
        cadence=(await brand_cadence(visit.runtime, visit.actor, brand.id)).in_force if brand else None,
        has_pages=brand is not None and await _has_pages(visit, brand),
        given=given,
        zones=_zones(given["time_zone"]),
        address_fields=ADDRESS,
        problem=problem,
        errors=field_errors(problem),
    )


async def _has_pages(visit: Visit, brand: Brand) -> bool:
    """Tell whether the brand has a channel whose pages can be downloaded."""
    channels = await list_channels(visit.runtime, visit.actor, BrandId(brand.id))
    return any(channel.platform == EXPORTED for channel in channels)


def _zones(present: str) -> Sequence[str]:
    known = zone_names()
    return known if present in known else [present, *known]


async def _remove_sheet(visit: Visit, brand_id: BrandId, problem: Problem | None = None) -> HTMLResponse:
    return await visit.sheet(
        "sheets/remove_brand.html",
        "settings",
        status=problem.status if problem else 200,
        brand=await get_brand(visit.runtime, visit.actor, brand_id),
        problem=problem,
    )
