"""A small real world for tests: an organization with people in every role, a brand, a connected channel.

Everything goes through the real database and the real use cases. What a test doesn't ask for isn't made.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

import pytest

from signoff.alerts.base import Route
from signoff.alerts.null import PageOnly
from signoff.connectors.base import Connector
from signoff.connectors.html.connector import HtmlExport
from signoff.db.session import Database
from signoff.http.client import Http
from signoff.http.fetching import fetch_with
from signoff.kernel.ids import OrganizationId
from signoff.kernel.people import Actor, Role
from signoff.media.folder import FolderStore
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.organizations.channels import connect_channel
from signoff.organizations.found import found_organization
from signoff.organizations.invite import invite_member
from signoff.organizations.local import local_actor
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.settings import Environment, Settings
from signoff.vault import Vault
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard

MADRID = ZoneInfo("Europe/Madrid")
KEY = "a-key-that-only-the-tests-use-0123456789"
PATIENT_S = 7 * 24 * 3600

Join: TypeAlias = Callable[..., Awaitable[Actor]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        environment=Environment.DEVELOPMENT, data_dir=tmp_path, public_url="https://signoff.example"
    )


@pytest.fixture
def noticeboard() -> Noticeboard:
    return Noticeboard()


@pytest.fixture
def connectors(
    noticeboard: Noticeboard, settings: Settings, clock: ShiftableClock
) -> Mapping[str, Connector]:
    """Which platforms there are; a test file that needs others has a fixture of the same name."""
    html = HtmlExport(settings.data_dir / "exports", settings.address, clock)
    return {"noticeboard": noticeboard, "html": html}


@pytest.fixture
def mail() -> Route:
    """How letters and notices leave; a test file that reads them has a fixture of the same name."""
    return PageOnly()


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    """The guarded client; a test file that must reach the loopback has a fixture of the same name."""
    http = Http()
    yield http
    await http.close()


@pytest.fixture
def runtime(
    database: Database,
    clock: ShiftableClock,
    settings: Settings,
    connectors: Mapping[str, Connector],
    mail: Route,
    http: Http,
) -> Runtime:
    """What use cases need, over an empty database."""
    return Runtime(
        settings=settings,
        clock=clock,
        database=database,
        connectors=connectors,
        media=FolderStore(settings.data_dir / "media"),
        vault=Vault([KEY]),
        fetch=fetch_with(http, max_bytes=settings.upload_max_bytes),
        mail=mail,
    )


@pytest.fixture
async def owner(runtime: Runtime) -> Actor:
    """The owner of the organization, who also runs the installation."""
    await found_organization(runtime, "Casa Luz", "owner@casaluz.example", "Olga Owner")
    return await local_actor(runtime, "owner@casaluz.example")


@pytest.fixture
def organization(owner: Actor) -> OrganizationId:
    return owner.organization_id


@pytest.fixture
def join(runtime: Runtime, owner: Actor) -> Join:
    """Invites somebody into the organization: `await join(Role.REVIEWER, "second@casaluz.example")`."""

    async def invite(role: Role, email: str = "") -> Actor:
        email = email or f"{role}@casaluz.example"
        await invite_member(runtime, owner, email, role)
        return await local_actor(runtime, email)

    return invite


@pytest.fixture
async def admin(join: Join) -> Actor:
    return await join(Role.ADMIN)


@pytest.fixture
async def publisher(join: Join) -> Actor:
    return await join(Role.PUBLISHER)


@pytest.fixture
async def reviewer(join: Join) -> Actor:
    return await join(Role.REVIEWER)


@pytest.fixture
async def author(join: Join) -> Actor:
    return await join(Role.AUTHOR)


@pytest.fixture
async def viewer(join: Join) -> Actor:
    return await join(Role.VIEWER)


@pytest.fixture
async def brand(runtime: Runtime, owner: Actor) -> Brand:
    """A brand in Madrid, whose clocks change in spring and autumn. Tests let hours pass: it is patient."""
    return await create_brand(runtime, owner, BrandDraft("Casa Luz", MADRID.key, late_window_s=PATIENT_S))


@pytest.fixture
async def channel(runtime: Runtime, owner: Actor, brand: Brand) -> Channel:
    """The brand's noticeboard."""
    return await connect_board(runtime, owner, brand)


async def connect_board(runtime: Runtime, actor: Actor, brand: Brand, board: str = "plaza") -> Channel:
    """Connect a noticeboard with the key that opens it."""
    credentials = {"board": board, "key": f"key of {board}"}
    return await connect_channel(runtime, actor, brand.id, "noticeboard", f"Board {board}", credentials, {})


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another organization on the same installation, with rows of its own."""

    owner: Actor
    brand: Brand
    channel: Channel


@pytest.fixture
async def neighbour(runtime: Runtime, owner: Actor) -> Neighbour:
    """Founded after the organization of the test, so its owner doesn't run the installation."""
    await found_organization(runtime, "Bar Sol", "owner@barsol.example", "Nadia Neighbour")
    actor = await local_actor(runtime, "owner@barsol.example")
    brand = await create_brand(
        runtime, actor, BrandDraft("Bar Sol", "Europe/Lisbon", late_window_s=PATIENT_S)
    )
    return Neighbour(actor, brand, await connect_board(runtime, actor, brand, "mercado"))
