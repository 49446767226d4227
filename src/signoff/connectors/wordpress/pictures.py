"""Pictures in a site's media library, each uploaded once and found again by its slug."""

from __future__ import annotations

import hashlib
import html
from http import HTTPStatus
from typing import Final, TypedDict

from signoff.connectors.base import SealedPicture
from signoff.connectors.calls import repeatable
from signoff.connectors.content import Json
from signoff.connectors.errors import Refused
from signoff.connectors.pages import ENDINGS
from signoff.connectors.wordpress.posts import is_gone, need_slug
from signoff.connectors.wordpress.refusals import another, refusal, unreadable
from signoff.connectors.wordpress.site import Site
from signoff.http.answers import Reply
from signoff.http.client import Part
from signoff.http.errors import UnreadableAnswer

_ROUTE: Final = "wp/v2/media"
_FIELDS: Final = "id,slug,source_url,alt_text"
_ALT_ADVICE: Final = "WordPress takes marks such as “<” or “%20” out of alt texts. Write it without them."


class Upload(TypedDict):
    """A picture in the media library; kept in the checkpoint under its digest."""

    id: int
    url: str


async def upload(site: Site, picture: SealedPicture, slug: str, alt: str) -> Upload:
    """Find the picture by its slug, or upload it; its alternative text is the approved one in the end.

    Raises:
        TryLater, Throttled, Reconnect: As for every call.
        Refused: The site takes no such file, or changes the alternative text.
    """
    found = await _look_up(site, slug) or await _send(site, picture, slug, alt)
    if not _says(found, alt):
        found = await _describe(site, found["id"], alt)
    if not _says(found, alt):
        raise Refused(f"WordPress changes the alt text “{alt}”.", advice=_ALT_ADVICE, code="alt_text")
    return Upload(id=found["id"], url=found["source_url"])


async def find(site: Site, slug: str) -> Upload | None:
    """Find what an earlier try uploaded under this slug."""
    found = await _look_up(site, slug)
    return Upload(id=found["id"], url=found["source_url"]) if found else None


async def remove(site: Site, id: int) -> None:
    """Delete an upload for good; the media library knows no trash. Already gone is fine."""
    with repeatable():
        reply = await site.call("DELETE", f"{_ROUTE}/{id}", params={"force": "true"})
    if reply.status != HTTPStatus.OK and not is_gone(reply):
        raise refusal(reply, site.clock.now())


async def _look_up(site: Site, slug: str) -> Json:
    reply = await site.get(_ROUTE, {"slug": slug, "context": "edit", "_fields": _FIELDS})
    if reply.status != HTTPStatus.OK:
        raise refusal(reply, site.clock.now())
    found = _json(reply)
    if not isinstance(found, list):
        raise unreadable(reply)
    if not found:
        return None
    need_slug(str(_checked(found[0], reply).get("slug")), slug)
    return found[0]


async def _send(site: Site, picture: SealedPicture, slug: str, alt: str) -> Json:
    content = await picture.read()
    name = f"{slug}.{ENDINGS.get(picture.media_type, 'bin')}"
    parts = [Part("file", content, name, picture.media_type), Part("slug", slug), Part("alt_text", alt)]
    checksum = hashlib.md5(content, usedforsecurity=False).hexdigest()  # the only one WordPress knows
    reply = await site.create(_ROUTE, data=parts, headers={"Content-MD5": checksum})
    made = _checked(_json(reply), reply)
    if not str(made.get("slug")).startswith(slug):
        raise another(f"The site answered a new picture with another one, “{made.get('slug')}”.")
    return made


async def _describe(site: Site, id: int, alt: str) -> Json:
    with repeatable():
        reply = await site.call("POST", f"{_ROUTE}/{id}", json={"alt_text": alt})
    if reply.status != HTTPStatus.OK:
        raise refusal(reply, site.clock.now())
    described = _checked(_json(reply), reply)
    if described["id"] != id:
        raise another(f"The site was asked about picture {id} and answered with picture {described['id']}.")
    return described


def _says(upload: Json, alt: str) -> bool:
    return html.unescape(str(upload.get("alt_text", ""))) == alt


def _checked(raw: Json, reply: Reply) -> Json:
    if isinstance(raw, dict) and isinstance(raw.get("id"), int) and raw.get("source_url"):
        return raw
    raise unreadable(reply)


def _json(reply: Reply) -> Json:
    try:
        return reply.json()
    except UnreadableAnswer as problem:
        raise unreadable(reply) from problem
