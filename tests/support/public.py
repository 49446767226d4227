"""Signoff's public address, where platforms fetch the pictures of posts."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from signoff.runtime import Runtime
from signoff.site import make_site
from signoff.web.live import LiveEvents
from tests.support.server import Show


class PublicAddress:
    """An application that gets its address, which settings name, before it is made."""

    app: ASGIApp
    url: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@pytest.fixture
async def public_address(show: Show) -> AsyncIterator[PublicAddress]:
    address = PublicAddress()
    async with show(address) as address.url:
        yield address


@pytest.fixture
async def pictures_are_served(runtime: Runtime, public_address: PublicAddress) -> None:
    """Platforms find pictures there; the settings have to name the address."""
    public_address.app = make_site(runtime, LiveEvents(runtime))
