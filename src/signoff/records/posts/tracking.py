"""Parameters that links carry: the table, and putting them onto a link.

They are part of the rendered variant. So reviewers see the very link that goes out, the seal binds it, and a
later change of the settings touches nothing that was handed in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from signoff.db.base import Base
from signoff.kernel.ids import BrandId, ChannelId, OrganizationId, new_id
from signoff.records.tenants import Brand, Channel

WORDS: Final = ("platform", "channel", "brand", "type")
"""What stands in braces, as in utm_source={platform}, and becomes the post's own."""
_WORD: Final = re.compile(r"\{(\w*)\}")


class LinkTracking(Base):
    """The parameters of a brand's links, or of one of its channels."""

    __tablename__ = "link_tracking"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organization_id: Mapped[OrganizationId]
    brand_id: Mapped[BrandId]
    channel_id: Mapped[ChannelId | None]
    """None: of all channels that have none of their own."""
    parameters: Mapped[str]
    """As in a web address, without the question mark: "utm_source={platform}&utm_medium=social"."""


async def read_tracking(tx: AsyncSession, brand_id: BrandId) -> Mapping[ChannelId | None, str]:
    """Give a brand's parameters by channel; under None those of the brand."""
    rows = await tx.scalars(select(LinkTracking).where(LinkTracking.brand_id == brand_id))
    return {row.channel_id: row.parameters for row in rows if row.parameters}


def tracked_link(
    link: str, parameters: Mapping[ChannelId | None, str], brand: Brand, channel: Channel, content_type: str
) -> str:
    """Put a channel's parameters onto a link; those that the author wrote there stay as they are."""
    template = parameters.get(channel.id) or parameters.get(None)
    if not template or not link.startswith(("http://", "https://")):
        return link
    said = {
        "platform": channel.platform,
        "channel": channel.name,
        "brand": brand.name,
        "type": content_type,
    }
    parts = urlsplit(link)
    there = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    added = [
        f"{quote(name)}={quote(filled(value, said), safe='')}"
        for name, value in parse_qsl(template)
        if name not in there
    ]
    return urlunsplit(parts._replace(query="&".join(filter(None, [parts.query, *added]))))


def filled(value: str, said: Mapping[str, str]) -> str:
    """Put words into their places, in the small letters and dashes that statistics group well."""
    return _WORD.sub(lambda found: _plain(said.get(found[1], "")), value)


def unknown_words(parameters: str) -> list[str]:
    """List what stands in braces and means nothing."""
    return [word for word in _WORD.findall(parameters) if word not in WORDS]


def _plain(text: str) -> str:
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-")
