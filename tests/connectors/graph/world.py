"""A small world around the two connectors: pictures to fetch, a parcel, and what the protocol does."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import stamina

from signoff.connectors.base import (
    Account,
    CannotTell,
    Connector,
    Doubt,
    Finding,
    Link,
    NotPublished,
    Parcel,
    Published,
    Receipt,
    SealedPicture,
)
from signoff.connectors.content import Business, Picture, Source
from signoff.connectors.errors import Ambiguous, ConnectorError
from signoff.connectors.graph.accounts import Times
from signoff.connectors.graph.api import GraphApi
from signoff.http.client import Http
from signoff.kernel.clock import SystemClock
from signoff.kernel.ids import DeliveryId, delivery_key, new_id
from tests.support.graph import Pictures, picture
from tests.support.loopback import serving
from tests.support.sandbox import Account as SandboxAccount

PUBLIC_URL = "https://signoff.example"
SHORT = Times(
    prepare=timedelta(seconds=8),
    commit=timedelta(seconds=4),
    look=timedelta(seconds=8),
    call=timedelta(seconds=2),
    polls=(timedelta(milliseconds=50), timedelta(milliseconds=50)),
)
"""Time limits with which a call that hangs ends a test soon."""


def business() -> Business:
    return Business(name="Casa Luz", time_zone="Europe/Madrid")


@asynccontextmanager
async def picture_server() -> AsyncIterator[Pictures]:
    served = Pictures()
    async with serving(served.answer) as url:
        served.url = url
        yield served


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture as Signoff knows it, and as it travels."""

    known: Picture
    sealed: SealedPicture


def shot(
    served: Pictures, colour: str = "teal", *, alt: str = "", width: int = 400, height: int = 400
) -> Shot:
    body = picture(width, height, colour=colour)
    digest = hashlib.sha256(body).hexdigest()
    alt = alt or f"A {colour} square"

    async def read() -> bytes:
        return body

    return Shot(
        Picture(digest, "image/jpeg", width, height, len(body), alt),
        SealedPicture(digest, "image/jpeg", width, height, alt, served.add(f"{digest}.jpg", body), read),
    )


def source(body: str, *shots: Shot, link: str = "", content_type: str = "feed_post") -> Source:
    pictures = tuple(one.known for one in shots)
    return Source(content_type, "", body, link, pictures, business())


def graph_api(http: Http, graph_url: str) -> GraphApi:
    return GraphApi(http, SystemClock(), url=graph_url, version="v26.0")


def parcel_for(
    connector: Connector,
    account: SandboxAccount,
    written: Source,
    *shots: Shot,
    options: Mapping[str, Any] | None = None,
) -> Parcel:
    """Render a source and seal it for an account."""
    platform, options = connector.about.platform, options or {}
    rendered = connector.render(written, options)
    assert not rendered.objections
    id_field = {"instagram": "ig_user_id", "facebook": "page_id"}[platform]
    credentials = {id_field: account.id, "access_token": account.token}
    delivery_id = DeliveryId(new_id())
    return Parcel(
        delivery_id,
        delivery_key(delivery_id),
        Link(Account(platform, _host(account), account.id, account.username), credentials, options),
        rendered.payload,
        tuple(one.sealed for one in shots),
    )


def _host(account: SandboxAccount) -> str:
    return urlsplit(account.feed_url).netloc


@dataclass
class Carrier:
    """What the publishing protocol does, without a database: tries, keeps checkpoints, asks when in doubt."""

    connector: Connector
    parcel: Parcel
    kept: dict[str, Any] = field(default_factory=dict)
    since: datetime | None = None
    in_doubt: bool = False
    errors: list[ConnectorError] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    others: tuple[Receipt, ...] = ()
    """What is known of the account's other posts."""

    async def keep(self, checkpoint: Mapping[str, Any]) -> None:
        self.kept = dict(checkpoint)

    async def prepare(self) -> None:
        with stamina.set_testing(testing=True, attempts=1):
            self.kept = dict(await self.connector.prepare(self.parcel, self.kept, self.keep))

    async def commit(self) -> Receipt:
        self.since = self.since or datetime.now(UTC)
        self.in_doubt = True  # the intent: from here on the answer decides
        return await self.connector.commit(self.parcel, self.kept)

    async def look(self, *, is_settled: bool = True) -> Finding:
        assert self.since is not None
        finding = await self.connector.reconcile(
            self.parcel, self.kept, Doubt(self.since, is_settled, self.others)
        )
        self.findings.append(finding)
        return finding

    async def attempt(self) -> Receipt | None:
        """One attempt, or one look if an earlier commit is in doubt; None when another is needed."""
        if self.in_doubt:
            return self._settle(await self.look())
        try:
            await self.prepare()
            return await self.commit()
        except ConnectorError as problem:
            self.errors.append(problem)
            self.in_doubt = isinstance(problem, Ambiguous)
            return None

    async def until_out(self, tries: int = 8) -> Receipt:
        for _ in range(tries):
            if (receipt := await self.attempt()) is not None:
                return receipt
        raise AssertionError(f"not out after {tries} tries: {self.kept} {self.errors} {self.findings}")

    def _settle(self, finding: Finding) -> Receipt | None:
        match finding:
            case Published(receipt):
                return receipt
            case NotPublished(checkpoint=again, from_listing=False):
                self.in_doubt = False
                self.kept = self.kept if again is None else dict(again)
            case NotPublished(checkpoint=again):
                agreed = [one for one in self.findings[-2:] if isinstance(one, NotPublished)]
                self.in_doubt = len(agreed) < 2
                self.kept = self.kept if again is None or self.in_doubt else dict(again)
            case CannotTell():
                pass
        return None


def minutes_ago(minutes: float) -> datetime:
    return datetime.now(UTC) - timedelta(minutes=minutes)


def addressed(parcel: Parcel, host: str, remote_id: str) -> Parcel:
    """Give a parcel that was approved for another account, or for the same one elsewhere."""
    account = replace(parcel.link.account, host=host, remote_id=remote_id)
    return replace(parcel, link=replace(parcel.link, account=account))
