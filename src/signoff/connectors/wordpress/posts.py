"""Posts and pages on a site: find, read, create, change, remove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from signoff.connectors.base import Json, Receipt
from signoff.connectors.calls import repeatable
from signoff.connectors.wordpress.refusals import complaint_of, refusal, unreadable
from signoff.connectors.wordpress.site import Site
from signoff.http.calls import scrub_json
from signoff.http.client import Reply
from signoff.http.errors import UnreadableAnswer

_WHOLE: Final = {
    "context": "edit",
    "_fields": "id,slug,status,link,type,date_gmt,modified_gmt,title,content,excerpt,featured_media",
}
_IN_RECEIPT: Final = ("id", "type", "status", "slug", "link", "date_gmt", "featured_media")
_GONE: Final = frozenset({"rest_post_invalid_id", "rest_already_trashed"})
_DELETE_BLOCKED: Final = frozenset(
    {HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.NOT_IMPLEMENTED}
)


@dataclass(frozen=True, slots=True)
class Post:
    """A post as the site holds it. `raw` is WordPress's own form, for comparing and for the receipt."""

    id: int
    slug: str
    status: str
    link: str
    raw: Mapping[str, Json] = field(repr=False, compare=False)

    def receipt(self) -> Receipt:
        kept = {name: self.raw[name] for name in _IN_RECEIPT if name in self.raw}
        return Receipt(str(self.id), self.link, scrub_json(kept), is_public=self.status == "publish")


@dataclass(frozen=True, slots=True)
class Posts:
    """The posts, or the pages, of one site. `kind` is `posts` or `pages`."""

    site: Site
    kind: str

    async def search(self, *slugs: str) -> list[Post]:
        """Find posts by their slugs in any state, the trash included; the oldest comes first."""
        query = {
            "slug": ",".join(slugs),
            "status": "any,trash",  # `any` alone leaves the trash out
            "orderby": "id",
            "order": "asc",
        }
        reply = await self.site.get(f"wp/v2/{self.kind}", {**query, **_WHOLE})
        if reply.status != HTTPStatus.OK:
            raise refusal(reply, self.site.clock.now())
        return posts_in(reply)

    async def read(self, id: int | str) -> Post | None:
        """Read one post; None when there is none of this id and kind."""
        reply = await self.site.get(f"wp/v2/{self.kind}/{id}", _WHOLE)
        if is_gone(reply):
            return None
        if reply.status != HTTPStatus.OK:
            raise refusal(reply, self.site.clock.now())
        return post_in(reply)

    async def create_draft(self, fields: Mapping[str, Json], slug: str) -> Post:
        """Create a draft; `Site.create` says what a lost answer means."""
        body = {**fields, "status": "draft", "slug": slug}
        return post_in(await self.site.create(f"wp/v2/{self.kind}", json=body))

    async def change(self, id: int, fields: Mapping[str, Json]) -> Post:
        """Give a draft other fields; its state stays as it is."""
        with repeatable():
            reply = await self.site.call("POST", f"wp/v2/{self.kind}/{id}", json=dict(fields))
        if reply.status != HTTPStatus.OK:
            raise refusal(reply, self.site.clock.now())
        return post_in(reply)

    async def remove(self, id: int | str, *, for_good: bool = False) -> bool:
        """Move a post to the trash, or delete it for good; False when it was gone already."""
        params = {"force": "true"} if for_good else {}
        with repeatable():
            reply = await self.site.call("DELETE", f"wp/v2/{self.kind}/{id}", params=params)
            if complaint_of(reply) is None and reply.status in _DELETE_BLOCKED:
                params["_method"] = "DELETE"  # some hosts let only GET and POST through
                reply = await self.site.call("POST", f"wp/v2/{self.kind}/{id}", params=params)
        if is_gone(reply):
            return False
        if reply.status != HTTPStatus.OK:
            raise refusal(reply, self.site.clock.now())
        return True


def post_in(reply: Reply, *, at_commit: bool = False) -> Post:
    """Read a post out of an answer; without one it is unreadable."""
    post = _post(_raw(reply, at_commit=at_commit))
    if post is None:
        raise unreadable(reply, at_commit=at_commit)
    return post


def posts_in(reply: Reply) -> list[Post]:
    """Read a list of posts out of an answer; without one it is unreadable."""
    raw = _raw(reply, at_commit=False)
    if not isinstance(raw, list):
        raise unreadable(reply)
    return [post for post in map(_post, raw) if post]


def is_gone(reply: Reply) -> bool:
    """Tell whether WordPress itself says that the post isn't there (any more)."""
    complaint = complaint_of(reply)
    return complaint is not None and complaint.code in _GONE


def _raw(reply: Reply, *, at_commit: bool) -> Json:
    try:
        return reply.json()
    except UnreadableAnswer as problem:
        raise unreadable(reply, at_commit=at_commit) from problem


def _post(raw: Json) -> Post | None:
    if not isinstance(raw, dict):
        return None
    id, slug, status, link = (raw.get(name) for name in ("id", "slug", "status", "link"))
    if not (isinstance(id, int) and isinstance(slug, str) and isinstance(status, str)):
        return None
    return Post(id, slug, status, str(link or ""), raw)
