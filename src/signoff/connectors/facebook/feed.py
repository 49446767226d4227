"""The Page's posts: read, searched, recognised."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from signoff.connectors.base import Parcel, Receipt
from signoff.connectors.content import Json
from signoff.connectors.errors import ConnectorError, TryLater
from signoff.connectors.graph.addresses import split
from signoff.connectors.graph.api import Answer, GraphApi, GraphSession
from signoff.connectors.graph.errors import Gone
from signoff.connectors.graph.ids import is_number, is_post_of
from signoff.connectors.graph.listing import Recent, Row, all_rows, recent_rows
from signoff.connectors.graph.text import comparable, differs
from signoff.http.calls import scrub_json

FIELDS: Final = "id,message,created_time,permalink_url,is_published"
_WITH_LINK: Final = f"{FIELDS},attachments"
_EDGE: Final = "feed"
_NUMBER: Final = re.compile(r"(?:^|[/_:.-])(\d{5,})(?=/?$)")


async def read_post(session: GraphSession, id: str) -> Row:
    """Read one post, published or not.

    Raises:
        Gone: It isn't there.
    """
    answer = await session.get(id, fields=FIELDS)
    return Row(answer.data, answer.is_sandbox)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a search of the feed gave: how far it went, and the posts that look like ours, oldest first."""

    recent: Recent
    matches: Sequence[Row]


async def search(session: GraphSession, parcel: Parcel, since: datetime) -> Seen:
    """Look for the parcel's post among those since then; those with its link count before others."""
    recent = await recent_rows(session, _EDGE, fields=_WITH_LINK, time_field="created_time", since=since)
    text, link = comparable(str(parcel.payload["text"])), str(parcel.payload.get("link", ""))
    same_text = [post for post in reversed(recent.rows) if comparable(post.text("message")) == text]
    with_link = [post for post in same_text if link and _plain(link) in _links(post)]
    # Facebook shows some links under another address, so a text that is there counts without its link, too.
    return Seen(recent, with_link or (same_text if text else []))


async def by_address(session: GraphSession, url: str) -> Row | None:
    """Find the Page's post that an address leads to: by the number in it, else by going through the feed."""
    for number in _numbers(url):
        try:
            return await read_post(session, f"{session.account_id}_{number}")
        except Gone:
            continue
    async for post in all_rows(session, _EDGE, fields=FIELDS):
        if post.text("permalink_url") and _plain(post.text("permalink_url")) == _plain(url):
            return post
    return None


def receipt_of(post: Row, api: GraphApi, account_id: str, **more: Json) -> Receipt:
    """Make the receipt for a post that was read.

    Raises:
        TryLater: It stands under what isn't the id of a post of this Page.
    """
    if not is_post_of(post.id, account_id):
        raise TryLater("Facebook shows the post, but not under an id of this Page.")
    permalink = post.text("permalink_url") or usual_address(api, post.id, is_sandbox=post.is_sandbox)
    return receipt(post.id, permalink, {"post": post.fields, **more}, is_sandbox=post.is_sandbox)


def receipt(id: str, permalink: str, raw: Mapping[str, Any], *, is_sandbox: bool) -> Receipt:
    return Receipt(id, permalink, scrub_json(raw), is_sandbox=is_sandbox)


def says_something_else(post: Mapping[str, Any], parcel: Parcel) -> bool:
    """Tell whether a post that was read has another text than the parcel; one that isn't told is no sign."""
    message = post.get("message")
    return isinstance(message, str) and differs(message, str(parcel.payload["text"]))


def usual_address(api: GraphApi, id: str, *, is_sandbox: bool) -> str:
    """Give the address where a post can be seen when its own couldn't be read."""
    return api.site if is_sandbox else f"https://www.facebook.com/{id}"


async def read_quietly(session: GraphSession, id: str) -> Answer | None:
    """Read a post that is known to be out; whatever goes wrong with it doesn't count."""
    try:
        return await session.get(id, fields=FIELDS)
    except ConnectorError:
        return None


def _numbers(url: str) -> list[str]:
    parts = split(url)
    if not parts:
        return []
    story = parse_qs(parts.query).get("story_fbid", [])
    found = _NUMBER.search(parts.path)
    return [number for number in (*story, *([found[1]] if found else [])) if is_number(number)]


def _links(post: Row) -> set[str]:
    attachments = post.fields.get("attachments")
    rows = attachments.get("data") if isinstance(attachments, Mapping) else None
    found = [
        row.get(name)
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, Mapping)
        for name in ("unshimmed_url", "url")
    ]
    return {_plain(_unshimmed(one)) for one in found if isinstance(one, str)}


def _unshimmed(url: str) -> str:
    """Give the address behind Facebook's own redirect (l.facebook.com/l.php?u=…)."""
    parts = split(url)
    if parts and parts.hostname in {"l.facebook.com", "lm.facebook.com"}:
        return parse_qs(parts.query).get("u", [url])[0]
    return url


def _plain(url: str) -> str:
    """Give the form in which two addresses of one page are the same."""
    parts = split(url) or urlsplit("")
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"
