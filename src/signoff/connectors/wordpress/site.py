"""A WordPress site whose REST API is known: the calls to it, and which account it makes."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, urlsplit, urlunsplit

from signoff.connectors.budgets import tell
from signoff.connectors.calls import repeatable
from signoff.connectors.content import Json
from signoff.connectors.errors import TryLater
from signoff.connectors.rate_headers import read_rate_headers
from signoff.connectors.wordpress.refusals import refusal
from signoff.http.answers import Reply
from signoff.http.client import Http, Part
from signoff.http.errors import NotSent
from signoff.kernel.clock import Clock

CALL_S: Final = 20.0
"""Limit of each call besides the commit; `prepare` as a whole has 25 seconds."""
SETTLES_WITHIN: Final = timedelta(seconds=5)
"""After a lost answer to a creation, how long until a search finds what it made."""


@dataclass(frozen=True, slots=True)
class Login:
    """What a user of the site signs in with."""

    username: str
    application_password: str = field(repr=False)

    @property
    def header(self) -> str:
        pair = f"{self.username}:{self.application_password}".encode()
        return f"Basic {base64.b64encode(pair).decode()}"


@dataclass(frozen=True, slots=True)
class Site:
    """Calls in the name of one user. `root` is the REST API's address, in either of WordPress's two forms."""

    http: Http
    root: str
    clock: Clock
    login: Login | None = None

    async def call(  # noqa: PLR0913 - the parts of a request
        self,
        method: str,
        route: str,
        *,
        params: Mapping[str, str] | None = None,
        json: Json = None,
        data: Sequence[Part] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float = CALL_S,
        fresh: bool = False,
    ) -> Reply:
        """Call a route such as `wp/v2/posts`; see `Http.request` for the errors."""
        address, query = self._address(route)
        login = {"Authorization": self.login.header} if self.login else {}
        reply = await self.http.request(
            method,
            address,
            guarded=True,
            params={**query, **(params or {})},
            headers={"Accept": "application/json", **login, **(headers or {})},
            json=json,
            data=data,
            timeout_s=timeout_s,
            fresh=fresh,
        )
        tell(read_rate_headers(reply.headers, self.clock.now()))  # of the host, or of a plugin
        return reply

    async def get(self, route: str, params: Mapping[str, str]) -> Reply:
        """Read something; whatever the answer is. Raises TryLater when there is none."""
        with repeatable():
            return await self.call("GET", route, params=params)

    async def create(
        self,
        route: str,
        *,
        json: Json = None,
        data: Sequence[Part] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Create something that can be found by its slug.

        Raises:
            TryLater: It may have been created; `not_before` is late enough for a search to find it.
            Throttled, Reconnect, Refused: It wasn't.
        """
        try:
            with repeatable():
                reply = await self.call("POST", route, json=json, data=data, headers=headers)
            if reply.status != HTTPStatus.CREATED:
                raise refusal(reply, self.clock.now())
        except TryLater as problem:
            if isinstance(problem.__cause__, NotSent):
                raise
            settled_at = self.clock.now() + SETTLES_WITHIN
            raise TryLater(problem.detail, not_before=settled_at, code=problem.code) from problem
        return reply

    def _address(self, route: str) -> tuple[str, dict[str, str]]:
        parts = urlsplit(self.root)
        prefix = parse_qs(parts.query).get("rest_route", [""])[0]
        if not prefix:
            return self.root.rstrip("/") + "/" + route, {}
        return urlunsplit(parts._replace(query="")), {"rest_route": prefix.rstrip("/") + "/" + route}


def place_of(root: str) -> tuple[str, str]:
    """Give host and path of the site behind an API address: what makes two channels the same account.

    The user plays no part: the posts of all users of a site share its addresses.
    """
    parts = urlsplit(root)
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    if parts.port and parts.port != {"http": 80, "https": 443}.get(parts.scheme):
        host = f"{host}:{parts.port}"
    path = re.sub(r"(?:/index\.php)?(?:/wp-json)?/?$", "", parts.path)
    return host, path or "/"
