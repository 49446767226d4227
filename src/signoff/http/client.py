"""The one HTTP client. It tells what certainly had no effect from what may have had one."""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from signoff.http.answers import Download, Reply, limited
from signoff.http.calls import Call, Json, Outcome, record, scrub_url
from signoff.http.errors import AddressRefused, NotSent
from signoff.http.failures import MAX_REDIRECTS, translated
from signoff.http.guard import Network, guarded_socket

MAX_ANSWER_BYTES: Final = 8 * 1024 * 1024
CONNECT_WITHIN_S: Final = 10.0
_FORM: Final = "application/x-www-form-urlencoded"
_KEPT_S: Final = 1.0
"""How long an idle connection is kept: shorter than any server in use keeps its own."""


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a multipart form; with a file name it is a file."""

    name: str
    value: str | bytes
    filename: str | None = None
    media_type: str | None = None


class Http:
    """Calls over HTTP from one process, through four pools: guarded or plain, kept or fresh connections.

    Guarded calls go to addresses that people enter and reach public addresses only, besides those in `allow`;
    plain ones go to the addresses that the operator configured. Proxies, cookies and `.netrc` play no part.
    """

    def __init__(self, *, allow: Sequence[Network] = (), user_agent: str = "Signoff") -> None:
        self._allow = tuple(allow)
        self._user_agent = user_agent
        self._sessions: dict[tuple[bool, bool], aiohttp.ClientSession] = {}

    async def request(  # noqa: PLR0913 - a request has as many parts as HTTP gives it
        self,
        method: str,
        url: str,
        *,
        guarded: bool,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        json: Json = None,
        data: bytes | Sequence[Part] | None = None,
        form: Mapping[str, str] | None = None,
        timeout_s: float = 30.0,
        max_bytes: int = MAX_ANSWER_BYTES,
        fresh: bool = False,
    ) -> Reply:
        """Send one request and read its answer. No redirect is followed: it can repeat or drop a write.

        `guarded` says that the address comes from people, not from the operator. At most one of `json`,
        `data` (a raw body, or the parts of a multipart form) and `form` is given. `timeout_s` covers all from
        looking up the name to the last byte of the answer. `fresh` says that it must not be sent twice, as
        commits must not: PUT and DELETE, which the library repeats when a kept connection turns out to be
        closed, take a connection of their own. A POST isn't repeated, and goes over one that was just used.

        Raises:
            NotSent: Certainly without effect.
            AnswerLost: Possibly carried out.
        """
        body = {"json": json, "data": _multipart(data) if form is None else urlencode(form).encode()}
        if form is not None:  # what the library would do, for a third of the time
            headers = {**(headers or {}), "Content-Type": _FORM}
        with _recorded(method, url) as statuses:
            target = _checked(url)
            call = self._session(guarded=guarded, fresh=fresh and method != "POST").request(
                method,
                target,
                headers=headers,
                params=params,
                allow_redirects=False,
                timeout=_timeout(timeout_s),
                **{name: value for name, value in body.items() if value is not None},
            )
            with translated(target.host or ""):
                async with call as response:
                    statuses.append(response.status)
                    pieces = [piece async for piece in limited(response, max_bytes)]
                    return Reply(response.status, response.headers, b"".join(pieces), str(response.url))

    @asynccontextmanager
    async def fetch(
        self,
        url: str,
        *,
        max_bytes: int,
        timeout_s: float = 30.0,
        headers: Mapping[str, str] | None = None,
        guarded: bool = True,
    ) -> AsyncIterator[Download]:
        """Read from an address that people gave, following at most three redirects, each one guarded.

        Raises:
            NotSent: No connection, or an address that may not be called (`AddressRefused`).
            AnswerLost: Broken off, too slow, too large, or redirected too often.
        """
        with _recorded("GET", url) as statuses:
            target = _checked(url)
            with translated(target.host or ""):
                response = await self._session(guarded=guarded, fresh=False).get(
                    target,
                    headers=headers,
                    max_redirects=MAX_REDIRECTS + 1,  # aiohttp gives up when it meets this many
                    timeout=_timeout(timeout_s),
                )
            async with response:
                statuses.append(response.status)
                yield Download(response, max_bytes)

    async def close(self) -> None:
        """Close all connections; calls still running end with `AnswerLost`."""
        sessions, self._sessions = list(self._sessions.values()), {}
        for session in sessions:
            await session.close()

    def _session(self, *, guarded: bool, fresh: bool) -> aiohttp.ClientSession:
        # Made on first use: a connector belongs to the event loop that runs it.
        if (session := self._sessions.get((guarded, fresh))) is None:
            connector = aiohttp.TCPConnector(
                limit=0,  # the workers limit themselves; a queue here would only use up time limits
                force_close=fresh,
                keepalive_timeout=None if fresh else _KEPT_S,
                socket_factory=guarded_socket(self._allow) if guarded else None,
            )
            session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),  # what one account's site sets must not reach another's
                headers={"User-Agent": self._user_agent},
                trust_env=False,
            )
            self._sessions[guarded, fresh] = session
        return session


def _checked(url: str) -> URL:
    try:
        target = URL(url)
    except ValueError as problem:
        raise AddressRefused("The address can't be read.") from problem
    if target.scheme not in {"http", "https"} or not target.host:
        raise AddressRefused("The address must begin with http:// or https:// and name a host.")
    if target.user is not None or target.password is not None:
        raise AddressRefused("The address carries a user name or a password; give them separately.")
    return target


def _timeout(total_s: float) -> aiohttp.ClientTimeout:
    # Connecting gets less than the whole, so that a dead host is told apart from a lost answer.
    connect_s = min(CONNECT_WITHIN_S, total_s * 0.8)
    return aiohttp.ClientTimeout(total=total_s, connect=connect_s, ceil_threshold=math.inf)


def _multipart(data: bytes | Sequence[Part] | None) -> bytes | aiohttp.FormData | None:
    if data is None or isinstance(data, bytes):
        return data
    form = aiohttp.FormData(default_to_multipart=True)
    for part in data:
        form.add_field(part.name, part.value, content_type=part.media_type, filename=part.filename)
    return form


@contextmanager
def _recorded(method: str, url: str) -> Iterator[list[int]]:
    """Note the call whatever becomes of it; the block appends the status once there is one."""
    statuses: list[int] = []
    outcome: Outcome = "lost"  # until something better is known, also when the task is cancelled
    started = time.monotonic()
    try:
        yield statuses
        outcome = "answered"
    except NotSent:
        outcome = "not_sent"
        raise
    finally:
        ms = round((time.monotonic() - started) * 1000)
        record(Call(method, scrub_url(url), statuses[0] if statuses else None, ms, outcome))
