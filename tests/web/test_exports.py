"""Exported pages are handed out as files and never run on our origin."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

import pytest

from signoff.connectors.base import Connector
from signoff.connectors.html.connector import HtmlExport
from signoff.organizations.channels import connect_channel
from signoff.organizations.exports import exports_folder
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.settings import Settings
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import scheduled
from tests.web.visitor import Visitor


@pytest.fixture
def connectors(
    noticeboard: Noticeboard, settings: Settings, clock: ShiftableClock
) -> Mapping[str, Connector]:
    export = HtmlExport(exports_folder(settings), settings.address, clock)
    return {"noticeboard": noticeboard, "html": export}


async def _pages(runtime: Runtime, olga: Visitor, brand: Brand) -> Channel:
    return await connect_channel(runtime, olga.actor, brand.id, "html", "Pages", {}, {})


async def test_a_page_is_downloaded_as_a_file(olga: Visitor, runtime: Runtime, brand: Brand) -> None:
    delivery = await scheduled(runtime, olga.actor, await _pages(runtime, olga, brand))
    page = await olga.get(f"/deliveries/{delivery.id}")
    assert f"/deliveries/{delivery.id}/export" in page.links
    file = await olga.get(f"/deliveries/{delivery.id}/export")
    assert file.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''good-morning-")
    assert file.headers["Content-Security-Policy"].startswith("sandbox")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert "<title>Good morning" in file.html


async def test_what_isnt_an_export_cant_be_downloaded(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    delivery = await scheduled(runtime, olga.actor, channel)
    page = await olga.get(f"/deliveries/{delivery.id}")
    assert f"/deliveries/{delivery.id}/export" not in page.links
    assert (await olga.get(f"/deliveries/{delivery.id}/export")).status == 409


async def test_a_brands_pages_come_as_a_zip(olga: Visitor, runtime: Runtime, brand: Brand) -> None:
    assert f"/settings/brands/{brand.id}/export" not in (await olga.get(f"/settings/brands/{brand.id}")).links
    await _pages(runtime, olga, brand)
    assert f"/settings/brands/{brand.id}/export" in (await olga.get(f"/settings/brands/{brand.id}")).links
    file = await olga.get(f"/settings/brands/{brand.id}/export")
    assert file.headers["Content-Type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(file.body)).testzip() is None
