"""The account's published posts: read, searched, recognised."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from signoff.connectors.base import Account, Parcel, Receipt
from signoff.connectors.content import Json
from signoff.connectors.errors import TryLater
from signoff.connectors.graph.addresses import split
from signoff.connectors.graph.api import GraphApi, GraphSession
from signoff.connectors.graph.ids import is_number
from signoff.connectors.graph.listing import Recent, Row, all_rows, recent_rows
from signoff.connectors.graph.text import comparable
from signoff.http.calls import scrub_json

FIELDS: Final = "id,caption,timestamp,permalink,media_type,shortcode"
_EDGE: Final = "media"
_SHORTCODE: Final = re.compile(r"/(?:p|reels?|tv)/([\w-]+)")
_USERNAME: Final = re.compile(r"[\w.]+", re.ASCII)
_CAROUSEL: Final = "CAROUSEL_ALBUM"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a search of the feed gave: all posts since then, and those among them that look like ours."""

    recent: Recent
    matches: Sequence[Row]
    """Oldest first: the first one is the likeliest, any further one a double."""


async def search(session: GraphSession, parcel: Parcel, since: datetime) -> Seen:
    """Look for the parcel's caption, with as many pictures, among the posts since then."""
    recent = await recent_rows(session, _EDGE, fields=FIELDS, time_field="timestamp", since=since)
    return Seen(recent, [post for post in reversed(recent.rows) if _is_like(post, parcel)])


async def by_address(session: GraphSession, url: str) -> Row | None:
    """Find the account's post with the short code that stands in its address."""
    parts = split(url)
    found = _SHORTCODE.search(parts.path) if parts else None
    if not found:
        return None
    async for post in all_rows(session, _EDGE, fields=FIELDS):
        if post.text("shortcode") == found[1]:
            return post
    return None


def receipt_of(post: Row, api: GraphApi, account: Account, **more: Json) -> Receipt:
    """Make the receipt for a post found in the feed.

    Raises:
        TryLater: It is listed under what isn't an id.
    """
    if not is_number(post.id):
        raise TryLater("Instagram lists the post, but not under an id.")
    permalink = post.text("permalink") or profile(api, account, is_sandbox=post.is_sandbox)
    return receipt(post.id, permalink, {"media": post.fields, **more}, is_sandbox=post.is_sandbox)


def receipt(id: str, permalink: str, raw: Mapping[str, Any], *, is_sandbox: bool) -> Receipt:
    return Receipt(id, permalink, scrub_json(raw), is_sandbox=is_sandbox)


def profile(api: GraphApi, account: Account, *, is_sandbox: bool) -> str:
    """Give the address where the post can be seen when its own isn't known."""
    if is_sandbox:
        return api.site
    name = account.name if _USERNAME.fullmatch(account.name) else ""
    return f"https://www.instagram.com/{name}/" if name else "https://www.instagram.com/"


def _is_like(post: Row, parcel: Parcel) -> bool:
    if _plain(post.text("caption")) != _plain(str(parcel.payload["text"])):
        return False
    kind = post.text("media_type")
    return not kind or (kind == _CAROUSEL) == (len(parcel.pictures) > 1)


def _plain(caption: str) -> str:
    return comparable(caption).replace("@", "")  # mentions may come back without it
