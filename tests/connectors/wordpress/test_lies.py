"""A site that does one thing and says another: a receipt is only ever this delivery's own public post."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from signoff.connectors.base import CannotTell, Doubt, NotPublished, Published, Receipt
from signoff.connectors.errors import Ambiguous, Reconnect, Refused, Throttled, TryLater
from signoff.connectors.wordpress.connector import WordPress
from tests.connectors.wordpress.world import NOW, Carrier, parcel_for
from tests.support.loopback import serving

DOUBT = Doubt(NOW, is_settled=True)
FRONT = 1
DRAFT = 7
HTML = "<html>One moment, please</html>"

Lie = Callable[[web.Request, dict[str, Any] | None], web.Response | None]


def shown(post: dict[str, Any], **other: Any) -> web.Response:
    texts = {name: {"raw": post.get(name, ""), "rendered": ""} for name in ("title", "content", "excerpt")}
    return web.json_response(
        {"featured_media": 0, "link": "https://x.test/", "type": "post", **post, **texts, **other}
    )


@dataclass
class LyingSite:
    """Keeps posts as WordPress does; after the effect of a call `lie` may answer in its place."""

    posts: dict[int, dict[str, Any]] = field(
        default_factory=lambda: {
            FRONT: {
                "id": FRONT,
                "slug": "front-page",
                "status": "publish",
                "title": "Welcome",
                "content": "Hi",
            }
        }
    )
    lie: Lie = lambda _request, _body: None
    commits: int = 0
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/":
            return web.Response(headers={"Link": f'<{self.url}/wp-json/>; rel="https://api.w.org/"'})
        body = await request.json() if request.method == "POST" and request.can_read_body else None
        honest = self._do(request, body)
        return self.lie(request, body) or honest

    def _do(self, request: web.Request, body: dict[str, Any] | None) -> web.Response:
        last = request.path.rpartition("/")[2]
        if not last.isdigit():
            return self._create(body) if body else self._search(request.query.get("slug", ""))
        post = self.posts[int(last)]
        if request.method == "DELETE":
            return shown({**post, "status": "trash"})
        if body and body.get("status") == "publish":
            self.commits += 1
        post.update(body or {})
        return shown(post)

    def _create(self, body: dict[str, Any]) -> web.Response:
        self.posts[DRAFT] = {"id": DRAFT, **body}
        answer = shown(self.posts[DRAFT])
        answer.set_status(201)
        return answer

    def _search(self, slugs: str) -> web.Response:
        asked = slugs.split(",")
        found = [json.loads(shown(post).text or "") for post in self.posts.values() if post["slug"] in asked]
        return web.json_response(found)


@asynccontextmanager
async def lying() -> AsyncIterator[LyingSite]:
    site = LyingSite()
    async with serving(site.answer) as site.url:
        yield site


@pytest.fixture
async def site() -> AsyncIterator[LyingSite]:
    async with lying() as site:
        yield site


@pytest.fixture
def carrier(connector: WordPress, site: LyingSite) -> Carrier:
    credentials = {"site_url": site.url, "username": "u", "application_password": "p"}
    return Carrier(connector, parcel_for(connector, credentials))


def at_commit(answer: Callable[[], web.Response]) -> Lie:
    """Let the site publish, and answer that call otherwise."""
    return lambda _request, body: answer() if body and body.get("status") == "publish" else None


def complaint(status: int, code: str) -> web.Response:
    return web.json_response({"code": code, "message": "No.", "data": {"status": status}}, status=status)


LIES: dict[str, Callable[[], web.Response]] = {
    "503 with a wait": lambda: web.Response(status=503, headers={"Retry-After": "60"}),
    "503": lambda: web.Response(status=503),
    "429": lambda: web.Response(status=429),
    "403 by a firewall": lambda: web.Response(status=403, text=HTML),
    "404 by a firewall": lambda: web.Response(status=404, text=HTML),
    "302": lambda: web.Response(status=302, headers={"Location": "/wp-login.php"}),
    "400 by WordPress": lambda: complaint(400, "rest_invalid_param"),
    "401 by WordPress": lambda: complaint(401, "rest_cannot_edit"),
    "403 by WordPress": lambda: complaint(403, "rest_cannot_publish"),
    "404 by WordPress": lambda: complaint(404, "rest_post_invalid_id"),
    "201": lambda: web.json_response({"id": DRAFT}, status=201),
    "200 by a challenge": lambda: web.Response(text=HTML),
    "200, still a draft": lambda: shown({"id": DRAFT, "slug": "s", "status": "draft"}),
    "200, another post": lambda: shown({"id": FRONT, "slug": "front-page", "status": "publish"}),
    "200 without the text": lambda: web.json_response({"id": DRAFT, "slug": "s", "status": "publish"}),
}


@pytest.mark.parametrize("lie", LIES)
async def test_whatever_is_answered_to_a_commit_that_worked_it_is_out_once(
    carrier: Carrier, site: LyingSite, lie: str
) -> None:
    site.lie = at_commit(LIES[lie])
    connector, parcel = carrier.connector, carrier.parcel
    ready = await connector.prepare(parcel, {}, carrier.keep)
    with pytest.raises(Ambiguous):
        await connector.commit(parcel, ready)
    finding = await connector.reconcile(parcel, ready, DOUBT)
    assert isinstance(finding, Published)
    assert finding.receipt.external_id == str(DRAFT)
    assert site.commits == 1
    assert site.posts[FRONT]["content"] == "Hi"


async def test_a_commit_that_published_another_text_needs_a_person(carrier: Carrier, site: LyingSite) -> None:
    def meddle(_request: web.Request, body: dict[str, Any] | None) -> web.Response | None:
        if body and body.get("status") == "publish":
            site.posts[DRAFT]["content"] += "<p>Buy pills</p>"
            return shown(site.posts[DRAFT])
        return None

    site.lie = meddle
    ready = await carrier.connector.prepare(carrier.parcel, {}, carrier.keep)
    with pytest.raises(Ambiguous, match="not as approved"):
        await carrier.connector.commit(carrier.parcel, ready)
    finding = await carrier.connector.reconcile(carrier.parcel, ready, DOUBT)
    assert isinstance(finding, CannotTell)
    assert finding.is_final
    assert "content: “p” in place of “nothing”" in finding.reason


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (lambda: complaint(403, "rest_cannot_publish"), Reconnect, "doesn't allow it"),
        (lambda: complaint(401, "rest_cannot_edit"), Reconnect, "doesn't accept the login"),
        (lambda: complaint(400, "rest_invalid_param"), Refused, "refuses it: No."),
        (lambda: web.Response(status=403, text=HTML), Refused, "HTTP 403"),
        (lambda: web.Response(status=302, headers={"Location": "/x"}), Refused, "redirects"),
        (lambda: web.Response(status=429, headers={"Retry-After": "60"}), Throttled, "asks to wait"),
        (lambda: shown({"id": DRAFT, "slug": "s", "status": "pending"}), Refused, "“pending”"),
    ],
)
async def test_a_refused_commit_is_told_in_the_sites_words_after_one_look(
    carrier: Carrier, site: LyingSite, answer: Callable[[], web.Response], error: type[Exception], says: str
) -> None:
    """It doesn't loop: the next try fails with the words before it sends anything."""
    connector, parcel = carrier.connector, carrier.parcel
    site.lie = at_commit(answer)
    carrier.kept = dict(await connector.prepare(parcel, {}, carrier.keep))
    with pytest.raises(Ambiguous, match=says) as doubt:
        await connector.commit(parcel, carrier.kept)
    assert doubt.value.checkpoint is not None
    site.posts[DRAFT]["status"] = "draft"  # the refusal was true
    # What another process reads after a restart.
    finding = await connector.reconcile(parcel, json.loads(json.dumps(doubt.value.checkpoint)), DOUBT)
    assert isinstance(finding, NotPublished)
    assert finding.checkpoint is not None
    with pytest.raises(error, match=says):
        await connector.prepare(parcel, json.loads(json.dumps(finding.checkpoint)), carrier.keep)
    assert site.commits == 1

    site.lie = lambda _request, _body: None
    carrier.kept = dict(await connector.prepare(parcel, carrier.kept, carrier.keep))
    assert (await connector.commit(parcel, carrier.kept)).external_id == str(DRAFT)


async def test_a_failure_that_passes_is_tried_again_after_the_look(carrier: Carrier, site: LyingSite) -> None:
    site.lie = at_commit(lambda: web.Response(status=502))
    assert await carrier.attempt() is None
    site.posts[DRAFT]["status"] = "draft"
    assert await carrier.attempt() is None
    site.lie = lambda _request, _body: None
    assert (await carrier.attempt()) is not None


def front_page_in_place_of_a_search(request: web.Request, _body: object) -> web.Response | None:
    if request.method == "GET" and "slug" in request.query:
        front = shown({"id": FRONT, "slug": "front-page", "status": "publish"})
        return web.Response(text=f"[{front.text}]", content_type="application/json")
    return None


async def test_a_search_that_lists_other_posts_proves_nothing(carrier: Carrier, site: LyingSite) -> None:
    site.lie = front_page_in_place_of_a_search
    connector, parcel = carrier.connector, carrier.parcel
    with pytest.raises(Refused, match="named “front-page”") as refused:
        await connector.prepare(parcel, {}, carrier.keep)
    assert "cache" in refused.value.advice
    finding = await connector.reconcile(parcel, {}, DOUBT)
    assert isinstance(finding, CannotTell)
    assert not finding.is_final
    with pytest.raises(Refused):
        await connector.clean_up(parcel, {})
    with pytest.raises(Refused):
        await connector.find(parcel, f"{site.url}/some-post/")
    assert site.posts == LyingSite().posts


async def test_a_picture_of_another_slug_is_neither_used_nor_described(
    connector: WordPress, site: LyingSite
) -> None:
    logo = {"id": 3, "slug": "logo", "source_url": "https://x.test/logo.png", "alt_text": "Our logo"}
    written: list[str] = []

    def media(request: web.Request, _body: object) -> web.Response | None:
        if "/media" not in request.path:
            return None
        if request.method != "GET":
            written.append(request.path)
        return web.json_response([logo])

    site.lie = media
    credentials = {"site_url": site.url, "username": "u", "application_password": "p"}
    carrier = Carrier(connector, parcel_for(connector, credentials, "brown"))
    with pytest.raises(Refused, match="named “logo”"):
        await connector.prepare(carrier.parcel, {}, carrier.keep)
    assert written == []


@pytest.mark.parametrize(
    "made",
    [
        {"id": FRONT, "slug": "front-page", "status": "publish"},
        {"id": FRONT, "slug": "front-page", "status": "draft"},
    ],
)
async def test_a_creation_answered_with_another_post_overwrites_nothing(
    carrier: Carrier, site: LyingSite, made: dict[str, Any]
) -> None:
    def another(_request: web.Request, body: dict[str, Any] | None) -> web.Response | None:
        if body is None or "slug" not in body:
            return None
        answer = shown(made)
        answer.set_status(201)
        return answer

    site.lie = another
    with pytest.raises(Refused, match="a new draft with post 1"):
        await carrier.connector.prepare(carrier.parcel, {}, carrier.keep)
    assert "post_id" not in carrier.kept
    assert site.posts[FRONT]["content"] == "Hi"

    site.lie = lambda _request, _body: None  # the draft of the first try is found by its slug
    assert (await carrier.until_out()).external_id == str(DRAFT)


async def test_a_read_answered_with_another_post_settles_nothing(carrier: Carrier, site: LyingSite) -> None:
    connector, parcel = carrier.connector, carrier.parcel
    ready = await connector.prepare(parcel, {}, carrier.keep)
    site.lie = lambda request, _body: (
        shown(site.posts[FRONT]) if request.method == "GET" and request.path.endswith(f"/{DRAFT}") else None
    )
    finding = await connector.reconcile(parcel, ready, DOUBT)
    assert isinstance(finding, CannotTell)
    assert "answered with post 1" in finding.reason
    with pytest.raises(Refused, match="answered with post 1"):
        await connector.prepare(parcel, ready, carrier.keep)
    with pytest.raises(Refused, match="answered with post 1"):
        await connector.find(parcel, f"{site.url}/?p={DRAFT}")
    with pytest.raises(Refused, match="answered with post 1"):
        await connector.clean_up(parcel, ready)
    assert site.posts[DRAFT]["status"] == "draft"


@pytest.mark.parametrize(
    "answer",
    [
        lambda: web.Response(text=HTML),
        lambda: web.json_response([]),
        lambda: shown({"id": FRONT, "slug": "front-page", "status": "trash"}),
        lambda: shown({"id": DRAFT, "slug": "s", "status": "publish"}),
        lambda: web.json_response({"deleted": True, "previous": {"id": FRONT}}),
    ],
)
async def test_a_removal_counts_only_when_the_site_says_so(
    carrier: Carrier, site: LyingSite, answer: Callable[[], web.Response]
) -> None:
    receipt: Receipt = await carrier.until_out()
    site.lie = lambda request, _body: answer() if request.method == "DELETE" else None
    with pytest.raises(TryLater, match="doesn't say that post 7 was removed"):
        await carrier.connector.take_down(carrier.parcel, receipt)
    site.lie = lambda _request, _body: None
    assert "trash" in await carrier.connector.take_down(carrier.parcel, receipt)
