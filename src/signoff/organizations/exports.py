"""Exported pages for whoever downloads them: one delivery's page, or all pages of a brand as a zip."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from signoff.connectors.html.about import PLATFORM
from signoff.connectors.html.archive import stream_zip
from signoff.connectors.html.files import place_at
from signoff.kernel.errors import WrongState
from signoff.kernel.ids import BrandId, DeliveryId, OrganizationId, delivery_key
from signoff.kernel.people import Actor
from signoff.organizations.brands import get_brand
from signoff.organizations.channels.fields import namespace_of
from signoff.records.deliveries.queries import get_delivery
from signoff.records.deliveries.views import DeliveryDetail
from signoff.runtime import Runtime
from signoff.settings import Settings

FOLDER: Final = "exports"


@dataclass(frozen=True, slots=True)
class ExportedPage:
    """A complete HTML page, and the name to keep it under."""

    filename: str
    content: bytes


def exports_folder(settings: Settings) -> Path:
    """Tell where the HTML connector keeps its pages."""
    return settings.data_dir / FOLDER


async def export_page(runtime: Runtime, actor: Actor, delivery_id: DeliveryId) -> ExportedPage:
    """Give a delivery's page: as it was published; before that, or once it is down, as it was approved.

    Raises:
        NotFound: There is no such delivery.
        WrongState: It went to another platform.
    """
    detail = await get_delivery(runtime, actor, delivery_id)
    if detail.view.channel.platform != PLATFORM:
        raise WrongState(
            f"Only HTML exports can be downloaded, and “{detail.view.channel.name}” is none.",
            next_step="Open the post at its permalink.",
        )
    content = await asyncio.to_thread(_published, exports_folder(runtime.settings), detail)
    name = f"{detail.variant['payload']['slug_base']}-{delivery_key(delivery_id)}.html"
    return ExportedPage(name, content or _approved(detail))


def _published(folder: Path, detail: DeliveryDetail) -> bytes | None:
    receipt = detail.view.receipt
    if receipt is None:
        return None
    return place_at(folder, detail.variant["account"]["remote_id"], receipt.external_id).read()


def _approved(detail: DeliveryDetail) -> bytes:
    payload, delivery = detail.variant["payload"], detail.view.delivery
    moment: datetime = delivery.published_at or delivery.due_at
    date = f"{moment.astimezone(ZoneInfo(payload['time_zone'])):%Y-%m-%d}"
    return date.join(payload["page"]).encode()


async def export_zip(runtime: Runtime, actor: Actor, brand_id: BrandId) -> AsyncIterator[bytes]:
    """Give all published pages of a brand with their pictures, as a zip that is made while it is sent.

    Raises:
        NotFound: There is no such brand.
    """
    brand = await get_brand(runtime, actor, brand_id)
    return stream_zip(brand_folder(runtime.settings, brand.organization_id, brand.id))


def brand_folder(settings: Settings, organization_id: OrganizationId, brand_id: BrandId) -> Path:
    """Tell where a brand's pages are, of all its HTML channels."""
    return exports_folder(settings) / namespace_of(organization_id, brand_id)
