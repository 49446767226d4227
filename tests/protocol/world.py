"""A world in which people, workers and a platform do what they can, one thing after the other.

Everything is real: the database, the use cases, the connector, and the platform's HTTP, spoken by a sandbox
that publishes as often as it is asked to.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Final

from psycopg import AsyncConnection
from sqlalchemy import RowMapping, text

from signoff.alerts.null import PageOnly
from signoff.app import make_connectors
from signoff.db.session import Database
from signoff.db.urls import DatabaseUrls
from signoff.http.client import Http
from signoff.http.fetching import fetch_with
from signoff.kernel.people import Actor
from signoff.media.folder import FolderStore
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.organizations.channels import connect_channel
from signoff.organizations.found import found_organization
from signoff.organizations.local import local_actor
from signoff.records.overview.audit_trail import verify_audit
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.settings import Environment, Settings
from signoff.vault import Vault
from tests.support.clock import ShiftableClock
from tests.support.sandbox import Account, Sandbox
from tests.support.world import KEY, MADRID

OWNER: Final = "owner@casaluz.example"

_DELIVERIES: Final = text("""
    SELECT d.id, d.post_id, d.state, d.wanted, d.asks_person, d.receipt_id, d.lease_token, d.due_at,
           EXISTS (SELECT 1 FROM withdrawals w WHERE w.seal_id = d.seal_id) AS is_withdrawn,
           EXISTS (SELECT 1 FROM alerts a WHERE a.delivery_id = d.id AND a.closed_at IS NULL) AS is_told
    FROM deliveries d ORDER BY d.id
""")
_MOVES: Final = text("""
    SELECT seq, action, before ->> 'state' AS source, after ->> 'state' AS target, via
    FROM audit_entries WHERE seq > :seq AND before ->> 'state' IS NOT NULL ORDER BY seq
""")
_EMPTY: Final = "TRUNCATE organizations, people, accounts, pauses, workers, restores CASCADE"


@dataclass
class World:
    """An organization with one channel, on a platform that publishes again whenever it is asked again."""

    runtime: Runtime
    clock: ShiftableClock
    sandbox: Sandbox
    account: Account
    owner: Actor
    channel: Channel

    def visible(self) -> Sequence[str]:
        """The texts that anybody can read."""
        return [str(post["text"]) for post in self.sandbox.posts(self.account.id)]

    def passes(self, seconds: float) -> None:
        """Let time pass, for Signoff and the platform alike."""
        self.clock.advance(timedelta(seconds=seconds))
        self.sandbox.advance(seconds)

    async def deliveries(self) -> Sequence[RowMapping]:
        async with self.runtime.worker_transaction() as tx:
            return (await tx.execute(_DELIVERIES)).mappings().all()

    async def moves_after(self, seq: int) -> Sequence[RowMapping]:
        """What the audit says about moves, from an entry on."""
        async with self.runtime.worker_transaction() as tx:
            return (await tx.execute(_MOVES, {"seq": seq})).mappings().all()

    async def audit_is_whole(self) -> bool:
        return (await verify_audit(self.runtime, self.owner)).ok


@dataclass(frozen=True, slots=True)
class Ground:
    """Where worlds are made, one after the other."""

    urls: DatabaseUrls
    administrator: str
    folder: Path
    sandbox: Sandbox

    @asynccontextmanager
    async def world(self) -> AsyncIterator[World]:
        """A world in which nothing has happened yet."""
        self.sandbox.reset()
        async with await AsyncConnection.connect(self.administrator, autocommit=True) as connection:
            await connection.execute(_EMPTY)
        clock, http = ShiftableClock(), Http(allow=[ip_network("127.0.0.0/8")])
        settings = Settings(
            environment=Environment.DEVELOPMENT,
            data_dir=self.folder,
            public_url="https://signoff.example",
            graph_url=self.sandbox.graph_url,
            allow_private_addresses=(ip_network("127.0.0.0/8"),),
        )
        database = Database(self.urls, clock=clock, app_pool=2, worker_pool=2, name="world")
        runtime = Runtime(
            settings=settings,
            clock=clock,
            database=database,
            connectors=make_connectors(settings, http, clock),
            media=FolderStore(self.folder / "media"),
            vault=Vault([KEY]),
            fetch=fetch_with(http, max_bytes=1024),
            mail=PageOnly(),
        )
        try:
            yield await _founded(runtime, clock, self.sandbox)
        finally:
            await http.close()
            await database.close()


async def _founded(runtime: Runtime, clock: ShiftableClock, sandbox: Sandbox) -> World:
    await found_organization(runtime, "Casa Luz", OWNER, "Olga Owner")
    owner = await local_actor(runtime, OWNER)
    brand = await create_brand(runtime, owner, BrandDraft("Casa Luz", MADRID.key))
    account = sandbox.seed_facebook(name="Casa Luz")
    login = {"page_id": account.id, "access_token": account.token}
    # Without drafts the visible call can't be repeated, and only the feed tells what became of it.
    channel = await connect_channel(
        runtime, owner, brand.id, "facebook", "Casa Luz", login, {"draft_first": False}
    )
    return World(runtime, clock, sandbox, account, owner, channel)
