"""A small world around the connector: a parcel to deliver, and what the protocol does with it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import stamina
from PIL import Image

from signoff.connectors.base import (
    Account,
    Doubt,
    Link,
    NotPublished,
    Parcel,
    Published,
    Receipt,
    SealedPicture,
)
from signoff.connectors.content import Business, Picture, Source
from signoff.connectors.errors import Ambiguous, Reconnect, Refused, Throttled, TryLater
from signoff.connectors.wordpress.connector import WordPress
from signoff.connectors.wordpress.site import place_of
from signoff.kernel.ids import DeliveryId, delivery_key, new_id

BUSINESS = Business(name="Corner Bakery", time_zone="Europe/Vienna")
BODY = "We bake **rye** & spelt.\n\n## When?\n\nFrom *six* in the morning, see [the list](https://bakery.test/a?b=1&c=2)."
NOW = datetime.now(UTC)


def jpeg(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 80), colour).save(out, "JPEG")
    return out.getvalue()


def source(*colours: str, title: str = "New bread & rolls", body: str = BODY, **more: Any) -> Source:
    pictures = tuple(
        Picture(digest_of(colour), "image/jpeg", 120, 80, len(jpeg(colour)), alt=f"A {colour} loaf & a “bun”")
        for colour in colours
    )
    more = {"content_type": "blog_post", "link": "", "business": BUSINESS, **more}
    return Source(title=title, body=body, pictures=pictures, **more)


def digest_of(colour: str) -> str:
    return hashlib.sha256(jpeg(colour)).hexdigest()


def sealed(colour: str, alt: str) -> SealedPicture:
    async def read() -> bytes:
        return jpeg(colour)

    return SealedPicture(digest_of(colour), "image/jpeg", 120, 80, alt, "https://signoff.test/m", read)


def parcel_for(
    connector: WordPress,
    credentials: Mapping[str, str],
    *colours: str,
    options: Mapping[str, str] | None = None,
    **what: Any,
) -> Parcel:
    """Render and seal a source for the site that the credentials are for."""
    written = source(*colours, **what)
    options = {"post_type": "posts", "publish_as": "publish", **(options or {})}
    rendered = connector.render(written, options)
    assert not rendered.objections
    host, path = place_of(credentials["site_url"])
    delivery_id = DeliveryId(new_id())
    return Parcel(
        delivery_id,
        delivery_key(delivery_id),
        Link(Account("wordpress", host, path), credentials, options),
        rendered.payload,
        tuple(sealed(colour, p.alt) for colour, p in zip(colours, written.pictures, strict=True)),
    )


def through(parcel: Parcel, site_url: str) -> Parcel:
    """Reach the same account by another address, such as a proxy's."""
    host, path = place_of(site_url)
    credentials = {**parcel.link.credentials, "site_url": site_url}
    return replace(
        parcel, link=replace(parcel.link, account=Account("wordpress", host, path), credentials=credentials)
    )


@dataclass
class Carrier:
    """What the publishing protocol does, without a database: tries, keeps checkpoints, asks when in doubt."""

    connector: WordPress
    parcel: Parcel
    kept: dict[str, Any] = field(default_factory=dict)
    in_doubt: bool = False

    async def keep(self, checkpoint: Mapping[str, Any]) -> None:
        self.kept = dict(checkpoint)

    async def attempt(self) -> Receipt | None:
        """One attempt, or one look if an earlier commit is in doubt; None when another is needed."""
        if self.in_doubt:
            finding = await self.connector.reconcile(self.parcel, self.kept, Doubt(NOW, is_settled=True))
            if isinstance(finding, Published):
                return finding.receipt
            self.in_doubt = not isinstance(finding, NotPublished)
            if isinstance(finding, NotPublished) and finding.checkpoint is not None:
                self.kept = dict(finding.checkpoint)
            return None
        try:
            with stamina.set_testing(testing=True, attempts=1):
                self.kept = dict(await self.connector.prepare(self.parcel, self.kept, self.keep))
            self.in_doubt = True  # the intent: from here on the answer decides
            receipt = await self.connector.commit(self.parcel, self.kept)
        except Ambiguous:
            return None
        except (TryLater, Throttled, Refused, Reconnect):  # a person reads the advice and retries
            self.in_doubt = False
            return None
        return receipt

    async def until_out(self, tries: int = 8) -> Receipt:
        for _ in range(tries):
            if (receipt := await self.attempt()) is not None:
                return receipt
        raise AssertionError(f"not out after {tries} tries: {self.kept}")
