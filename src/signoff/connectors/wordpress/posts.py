"""Posts and pages on a site: find, read, create, change, remove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

from signoff.connectors.base import Receipt
from signoff.connectors.calls import repeatable
from signoff.connectors.content import Json
from signoff.connectors.errors import TryLater
from signoff.connectors.wordpress.refusals import another, complaint_of, refusal, unreadable
from signoff.connectors.wordpress.site import Site
from signoff.http.answers import Reply
from signoff.http.calls import scrub_json
from signoff.http.errors import UnreadableAnswer

_WHOLE: Final = {
    "context": "edit",
    "_fields": "id,slug,status,link,type,date_gmt,modified_gmt,title,content,excerpt,featured_media",
}
_IN_RECEIPT: Final = ("id", "type", "status", "slug", "link", "date_gmt", "featured_media")
TRASH: Final = "trash"
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
        """Find posts by their slugs in any state, the trash included; the oldest comes first.

        Raises:
            Refused: The site lists other posts: then it proves neither presence nor absence.
        """
        query = {
            "slug": ",".join(slugs),
            "status": "any,trash",  # `any` alone leaves the trash out
            "orderby": "id",
            "order": "asc",
        }
        reply = await self.site.get(f"wp/v2/{self.kind}", {**query, **_WHOLE})
        if reply.status != HTTPStatus.OK:
            raise refusal(reply, self.site.clock.now())
        found = _posts_in(reply)
        for post in found:
            need_slug(post.slug, *slugs)
        return found

    async def read(self, id: int | str) -> Post | None:
        """Read one post; None when there is none of this id and kind. Raises Refused for another one."""
        reply = await self.site.get(f"wp/v2/{self.kind}/{id}", _WHOLE)
        if is_gone(reply):
            return None
        if reply.status != HTTPStatus.OK:
            raise refusal(reply, self.site.clock.now())
        return whole_post_in(reply, id)

    async def create_draft(self, fields: Mapping[str, Json], slug: str) -> Post:
        """Create a draft; `Site.create` says what a lost answer means. Raises Refused for another post."""
        body = {**fields, "status": "draft", "slug": slug}
        post = _post_in(await self.site.create(f"wp/v2/{self.kind}", json=body))
        if post.status != "draft" or not post.slug.startswith(slug):
            detail = f"The site answered a new draft with post {post.id}, “{post.slug}” ({post.status})."
            raise another(detail)
        return post

    async def change(self, id: int, fields: Mapping[str, Json]) -> Post:
        """Give a draft other fields; its state stays as it is."""
        with repeatable():
            reply = await self.site.call("POST", f"wp/v2/{self.kind}/{id}", json=dict(fields))
        if reply.status != HTTPStatus.OK:
            raise refusal(reply, self.site.clock.now())
        return _post_in(reply, id)

    async def remove(self, id: int | str, *, for_good: bool = False) -> bool:
        """Move a post to the trash, or delete it for good; False when it was gone already.

        Raises:
            TryLater: The answer doesn't say that this post is gone.
        """
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
        if not _says_removed(reply, int(id)):
            raise TryLater(f"The site's answer doesn't say that post {id} was removed.", code="unreadable")
        return True


def whole_post_in(reply: Reply, id: int | str) -> Post:
    """Read the post of this id, with its text, out of an answer.

    Raises:
        Refused: It is no post, another one, or one without the text as it is stored.
    """
    post = _post_in(reply, id)
    if not isinstance(post.raw.get("content"), dict) or "raw" not in post.raw["content"]:
        raise unreadable(reply)
    return post


def need_slug(slug: str, *asked: str) -> None:
    """Raises Refused when a search by slug gave something else, as a cache that drops queries does."""
    if not {unquote(slug).lower()} & {unquote(each).lower() for each in asked}:
        raise another(f"The site was asked for “{asked[0]}” and named “{slug}”.")


def is_gone(reply: Reply) -> bool:
    """Tell whether WordPress itself says that the post isn't there (any more)."""
    complaint = complaint_of(reply)
    return complaint is not None and complaint.code in _GONE


def _post_in(reply: Reply, id: int | str | None = None) -> Post:
    post = _post(_raw(reply))
    if post is None:
        raise unreadable(reply)
    if id is not None and post.id != int(id):
        raise another(f"The site was asked about post {id} and answered with post {post.id}.")
    return post


def _posts_in(reply: Reply) -> list[Post]:
    raw = _raw(reply)
    found = [_post(each) for each in raw] if isinstance(raw, list) else [None]
    if None in found:
        raise unreadable(reply)
    return [post for post in found if post]


def _says_removed(reply: Reply, id: int) -> bool:
    """Read the answer to a removal: the post in the trash, or `deleted` with what it was."""
    try:
        raw = reply.json()
    except UnreadableAnswer:
        return False
    if not isinstance(raw, dict):
        return False
    if raw.get("deleted") is True:
        previous = raw.get("previous")
        return isinstance(previous, dict) and previous.get("id") == id
    return raw.get("id") == id and raw.get("status") == TRASH


def _raw(reply: Reply) -> Json:
    try:
        return reply.json()
    except UnreadableAnswer as problem:
        raise unreadable(reply) from problem


def _post(raw: Json) -> Post | None:
    if not isinstance(raw, dict):
        return None
    id, slug, status, link = (raw.get(name) for name in ("id", "slug", "status", "link"))
    if not (isinstance(id, int) and isinstance(slug, str) and isinstance(status, str)):
        return None
    return Post(id, slug, status, str(link or ""), raw)
