"""The one HTTP client. It tells what certainly had no effect from what may have had one."""

from __future__ import annotations

import json as json_format
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from signoff.http.calls import Call, Json, Outcome, record, scrub, scrub_url
from signoff.http.errors import AddressRefused, AnswerLost, AnswerTooLarge, NotSent, UnreadableAnswer
from signoff.http.guard import AddressGuardError, Network, guarded_socket
from signoff.kernel.storable import UNSTORABLE

MAX_ANSWER_BYTES: Final = 8 * 1024 * 1024
MAX_REDIRECTS: Final = 3
CONNECT_WITHIN_S: Final = 10.0
_FORM: Final = "application/x-www-form-urlencoded"
_CHUNK_BYTES: Final = 64 * 1024
_KEPT_S: Final = 1.0
"""How long an idle connection is kept: shorter than any server in use keeps its own."""


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a multipart form; with a file name it is a file."""

    name: str
    value: str | bytes
    filename: str | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read to its end. `headers` ignore case; `url` is the one that answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> Json:
        """Read the body as JSON, without characters that no database stores; NaN and infinities become text.

        Raises:
            UnreadableAnswer: It is something else (a proxy's page, half an answer).
        """
        try:
            # Decoded here, because the parser lets halves of surrogate pairs through.
            text = self.body.decode("utf-8-sig", "replace")
            answer: Json = _READER.decode(text)
            return _storable(answer) if b"\\u" in self.body else answer
        except (ValueError, RecursionError) as problem:
            kind = self.headers.get("Content-Type", "unknown type")
            raise UnreadableAnswer(f"HTTP {self.status} with a body that isn't JSON ({kind})") from problem

    def text(self) -> str:
        """Give the body as text; what isn't UTF-8 is replaced."""
        return self.body.decode("utf-8", "replace")


def _finite(number: str) -> float | str:
    """Leave a number beyond all floats as it is written: neither JSON nor PostgreSQL's has infinity."""
    value = float(number)
    return value if math.isfinite(value) else number


_READER: Final = json_format.JSONDecoder(parse_constant=str, parse_float=_finite)


def _storable(value: Json) -> Json:
    """Replace NUL and halves of surrogate pairs: JSON can say them, UTF-8 and PostgreSQL can't."""
    match value:
        case str():
            return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", value)
        case list():
            return [_storable(each) for each in value]
        case dict():
            return {str(_storable(key)): _storable(each) for key, each in value.items()}
    return value


class Download:
    """A streamed answer of `Http.fetch`."""

    def __init__(self, response: aiohttp.ClientResponse, max_bytes: int) -> None:
        self._response = response
        self._max_bytes = max_bytes

    @property
    def status(self) -> int:
        return self._response.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.headers

    @property
    def url(self) -> str:
        return str(self._response.url)

    def header_lines(self, name: str) -> list[str]:
        """Give all values of a header that may come several times, such as `Link`."""
        return self._response.headers.getall(name, [])

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Give the body piece by piece.

        Raises:
            AnswerTooLarge: More than `max_bytes` came, or were announced.
            AnswerLost: Broken off or too slow.
        """
        pieces = _limited(self._response, self._max_bytes)
        while True:
            with _translated(self._response.url.host or ""):  # not around the caller's own errors
                chunk = await anext(pieces, None)
            if chunk is None:
                return
            yield chunk


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
            with _translated(target.host or ""):
                async with call as response:
                    statuses.append(response.status)
                    pieces = [piece async for piece in _limited(response, max_bytes)]
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
            with _translated(target.host or ""):
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


async def _limited(response: aiohttp.ClientResponse, max_bytes: int) -> AsyncIterator[bytes]:
    """Give the body, decompressed, until the limit: a small answer can unpack to a huge one."""
    size_bytes = 0
    announced = response.content_length or 0
    if announced > max_bytes:
        raise AnswerTooLarge(f"The answer has {announced} bytes; at most {max_bytes} are taken.")
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        size_bytes += len(chunk)
        if size_bytes > max_bytes:
            raise AnswerTooLarge(f"The answer has more than {max_bytes} bytes.")
        yield chunk


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


@contextmanager
def _translated(host: str) -> Iterator[None]:
    """Turn the library's errors into ours: certain ones first, everything else counts as possibly sent."""
    try:
        yield
    except aiohttp.ClientConnectorError as problem:
        if isinstance(problem.os_error, AddressGuardError):
            raise AddressRefused(f"The address of {problem.host} isn't public.") from problem
        raise NotSent(f"No connection to {problem.host}: {_reason(problem.os_error)}") from problem
    except aiohttp.ConnectionTimeoutError as problem:
        raise NotSent(f"No connection to {host} within the time limit.") from problem
    except aiohttp.InvalidURL as problem:  # also where a redirect leads
        raise AddressRefused(f"The address can't be called: {scrub(str(problem))}") from problem
    except aiohttp.TooManyRedirects as problem:
        raise AnswerLost(f"{host} redirected more than {MAX_REDIRECTS} times.") from problem
    except TimeoutError as problem:
        raise AnswerLost(f"{host} didn't answer in time.") from problem
    except (aiohttp.ClientError, OSError) as problem:
        raise AnswerLost(f"The connection to {host} broke: {_reason(problem)}") from problem


def _reason(problem: BaseException) -> str:
    text = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return scrub(text or type(problem).__name__)
