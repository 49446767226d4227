"""What a person needs to publish a delivery by hand: from the sealed variant alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from signoff.media.addresses import Address, sign_address
from signoff.records.deliveries.consignment import SealBroken, check_seal
from signoff.records.models import Delivery
from signoff.records.tenants import Channel
from signoff.runtime import Runtime

_TEXTS: Final = (
    ("title", "Title"),
    ("caption", "Caption"),
    ("message", "Text"),
    ("text", "Text"),
    ("excerpt", "Excerpt"),
    ("link", "Link"),
)


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture, in the order of the post."""

    digest: str
    alt: str
    filename: str
    url: str
    """Signed: it opens for a while, for everybody."""


@dataclass(frozen=True, slots=True)
class Instructions:
    """Copy the texts, take the pictures, go to the account."""

    texts: Sequence[tuple[str, str]]
    """Name and exact text."""
    pictures: Sequence[Picture]
    account: str
    address: str
    """Where the account is; empty: nobody knows."""


async def instructions(
    runtime: Runtime, tx: AsyncSession, delivery: Delivery, channel: Channel
) -> Instructions | None:
    """Lay out what was approved for copying; None: what is stored isn't what was approved."""
    try:
        sealed = await check_seal(tx, delivery)
    except SealBroken:
        return None
    payload = sealed["payload"]
    texts = [(word, payload[name]) for name, word in _TEXTS if isinstance(payload.get(name), str)]
    about = runtime.connector(channel.platform).about
    address = about.account_address.format(
        name=channel.account_name.lstrip("@"), remote_id=channel.account_remote_id, host=channel.account_host
    )
    numbered = enumerate(sealed["media"], 1)
    return Instructions(
        texts=[(word, text) for word, text in texts if text],
        pictures=[_picture(runtime, delivery, media, number) for number, media in numbered],
        account=channel.account_name or channel.account_remote_id,
        address="" if channel.is_sandbox else address,
    )


def _picture(runtime: Runtime, delivery: Delivery, media: Mapping[str, Any], number: int) -> Picture:
    digest, media_type = str(media["digest"]), str(media["media_type"])
    where = Address(delivery.organization_id, digest, media_type)
    url = sign_address(runtime.vault, where, base_url=runtime.settings.address, now=runtime.clock.now())
    return Picture(digest, media["alt"], f"{number}.{media_type.partition('/')[2]}", url)
