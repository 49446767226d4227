"""Finding a site's REST API from the address that people know: the site's own page names it."""

from __future__ import annotations

import html
import re
from contextlib import aclosing
from http import HTTPStatus
from typing import Final
from urllib.parse import urljoin, urlsplit, urlunsplit

from signoff.connectors.articles import is_web_address
from signoff.connectors.calls import repeatable
from signoff.connectors.errors import Refused
from signoff.connectors.wordpress.refusals import ROUTE_ADVICE, is_passing, refusal
from signoff.connectors.wordpress.site import CALL_S, Site
from signoff.http.answers import Download, Reply
from signoff.http.client import Http
from signoff.http.errors import UnreadableAnswer
from signoff.kernel.clock import Clock

_API: Final = "https://api.w.org/"
_PAGE_BYTES: Final = 4 * 1024 * 1024
_KEPT_S: Final = 600.0
_ROOTS_KEPT: Final = 10_000
_LINK_HEADER: Final = re.compile(r'<([^>]+)>\s*;[^,]*rel="?https://api\.w\.org/')
_LINK_TAG: Final = re.compile(r"<link\b[^>]*>", re.IGNORECASE)
_HREF: Final = re.compile(r"""\bhref\s*=\s*["']([^"']+)""", re.IGNORECASE)
_TYPED_BY_HABIT: Final = re.compile(r"/(?:wp-admin|wp-login\.php|wp-json|xmlrpc\.php|index\.php)(?:/.*)?$")


class Roots:
    """Finds a site's API, and remembers it for ten minutes: it rarely moves, and looking costs a page."""

    def __init__(self, http: Http, clock: Clock) -> None:
        self._http = http
        self._clock = clock
        self._known: dict[str, tuple[str, float]] = {}

    async def find(self, site_url: str) -> str:
        """Give the address of the site's REST API.

        Raises:
            Refused: It isn't a web address, or there is no WordPress.
            TryLater, Throttled: The site didn't answer.
        """
        address = site_address(site_url)
        root, at = self._known.get(address, ("", 0.0))
        if root and self._clock.monotonic() - at < _KEPT_S:
            return root
        with repeatable():
            root = await self._look(address)
        if len(self._known) >= _ROOTS_KEPT:
            self._known.clear()
        self._known[address] = (root, self._clock.monotonic())
        return root

    async def _look(self, address: str) -> str:
        async with self._http.fetch(address, max_bytes=_PAGE_BYTES, timeout_s=CALL_S) as page:
            found = _LINK_HEADER.search(", ".join(page.header_lines("Link")))
            link = found.group(1) if found else await _link_in(page)
            reached = page.url
        if link:
            return _kept_secure(urljoin(reached, link), reached)
        for guess in ("wp-json/", "?rest_route=/"):
            root = urljoin(_folder(reached), guess)
            reply = await Site(self._http, root, self._clock).call("GET", "")
            if reply.status == HTTPStatus.OK and is_wordpress(reply):
                return root
            if is_passing(reply):
                raise refusal(reply, self._clock.now())
        raise Refused(
            f"There is no WordPress with a REST API at {address}.", advice=ROUTE_ADVICE, code="no_api"
        )


def is_wordpress(reply: Reply) -> bool:
    """Tell whether an answer is the index of a WordPress API that knows posts."""
    try:
        raw = reply.json()
    except UnreadableAnswer:
        return False
    return isinstance(raw, dict) and "wp/v2" in (raw.get("namespaces") or ())


def site_address(typed: str) -> str:
    """Make a proper address of what people type: without a scheme, or copied from the admin pages.

    Raises:
        Refused: It can't be one.
    """
    address = typed.strip()
    if "://" not in address:
        address = f"https://{address}"
    address = _TYPED_BY_HABIT.sub("", address.split("#")[0].split("?")[0].rstrip("/"))
    if not is_web_address(address):
        raise Refused(
            "The site's address isn't one.", advice="Enter it as https://example.com", code="address"
        )
    return f"{address}/"


async def _link_in(download: Download) -> str:
    """Find the API's address in the head of a page; no more is read than that."""
    page = b""
    async with aclosing(download.chunks()) as chunks:
        async for chunk in chunks:
            page += chunk
            if b"</head" in page.lower():
                break
    for tag in _LINK_TAG.findall(page.decode("utf-8", "replace")):
        if _API in tag and (href := _HREF.search(tag)):
            return html.unescape(href.group(1))
    return ""


def _kept_secure(root: str, reached: str) -> str:
    """Stay on https where the site was reached so: behind a proxy, WordPress may think it is on http."""
    there, here = urlsplit(root), urlsplit(reached)
    if here.scheme == "https" and there.scheme == "http" and here.hostname == there.hostname:
        return urlunsplit(there._replace(scheme="https", netloc=here.netloc))
    return root


def _folder(address: str) -> str:
    parts = urlsplit(address)
    path = parts.path if parts.path.endswith("/") else parts.path.rpartition("/")[0] + "/"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))
