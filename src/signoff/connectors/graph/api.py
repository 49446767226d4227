"""Calls to the Graph API: one place for token, version, time limits and the reading of answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlsplit

from signoff.connectors.base import CALL_TIMEOUT
from signoff.connectors.budgets import Told, tell
from signoff.connectors.calls import repeatable, unrepeatable
from signoff.connectors.errors import Refused, TryLater
from signoff.connectors.graph.errors import Circumstances, judge, read_error, too_many
from signoff.connectors.graph.ids import fits_path
from signoff.connectors.graph.rules import Phase
from signoff.connectors.graph.usage import Usage, read_usage
from signoff.http.answers import Reply
from signoff.http.client import Http
from signoff.http.errors import UnreadableAnswer
from signoff.kernel.clock import Clock

SANDBOX_HEADER: Final = "X-Signoff-Sandbox"
LEAST_TIME_S: Final = 1.0
"""A call isn't started with less time than this."""

ASIDE_S: Final = 5.0
ASIDE_RESERVE_S: Final = 2.0
"""What a read after the commit leaves of the time, so that the commit's own result is returned for sure."""
AFTER_SLOWNESS: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform said, and what its headers told besides."""

    data: Mapping[str, Any]
    usage: Usage
    is_sandbox: bool
    served_at: datetime | None
    """The moment by the platform's clock."""

    def text(self, name: str) -> str:
        """Give a field as text; missing is empty."""
        value = self.data.get(name)
        return value if isinstance(value, str) else "" if value is None else str(value)

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        """Give the entries of a listing."""
        found = self.data.get("data")
        return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


class Deadline:
    """When a sequence of calls has to be over, by the clock that never goes back."""

    def __init__(self, clock: Clock, within: timedelta) -> None:
        self._clock = clock
        self._end = clock.monotonic() + within.total_seconds()

    @property
    def left_s(self) -> float:
        return self._end - self._clock.monotonic()


class GraphApi:
    """The API at one address, in one version. The operator sets both, so calls aren't guarded."""

    def __init__(self, http: Http, clock: Clock, *, url: str, version: str) -> None:
        self._http = http
        self.clock = clock
        self._url = url.rstrip("/")
        self._version = version

    @property
    def host(self) -> str:
        """Give the host, with its port where it isn't the usual one, as accounts are known by."""
        return urlsplit(self._url).netloc

    @property
    def site(self) -> str:
        """Give the address of the host's front page."""
        return f"{urlsplit(self._url).scheme}://{self.host}/"

    def session(
        self,
        account_id: str,
        token: str,
        *,
        within: timedelta = CALL_TIMEOUT,
        at_most: timedelta = CALL_TIMEOUT,
    ) -> GraphSession:
        """Speak for one account; all calls together end `within` that time, each one after `at_most`."""
        return GraphSession(self, account_id, token, Deadline(self.clock, within), at_most)

    async def request(  # noqa: PLR0913 - what a call consists of
        self,
        method: str,
        path: str,
        *,
        token: str,
        phase: Phase,
        timeout_s: float,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Reply:
        return await self._http.request(
            method,
            f"{self._url}/{self._version}/{path}",
            guarded=False,
            headers={"Authorization": f"Bearer {token}"},  # never in the address, which is logged on the way
            params=params,
            form=form,
            timeout_s=timeout_s,
            fresh=phase is Phase.COMMIT,
        )


@dataclass(frozen=True, slots=True)
class GraphSession:
    """Calls for one account.

    Every method raises what `rules` says of an error: TryLater, Throttled, Reconnect, Refused, Gone, and from
    `commit` Ambiguous.
    """

    api: GraphApi
    account_id: str
    token: str = field(repr=False)
    deadline: Deadline
    at_most: timedelta

    @property
    def clock(self) -> Clock:
        return self.api.clock

    def aside(self) -> GraphSession:
        """Speak on for a moment, within the time that is left: for a read after the commit."""
        seconds = max(0.0, min(ASIDE_S, self.deadline.left_s - ASIDE_RESERVE_S))
        return self.api.session(self.account_id, self.token, within=timedelta(seconds=seconds))

    async def get(self, *path: str, **params: str) -> Answer:
        """Read; changes nothing."""
        return await self._call("GET", path, Phase.READ, params=params)

    async def get_quietly(self, *path: str, **form: str) -> Answer:
        """Read with parameters that mustn't stand in an address: a POST that says it is a GET."""
        return await self._call("POST", path, Phase.READ, form={"method": "get", **form})

    async def make(self, *path: str, **form: str) -> Answer:
        """Make something that the public can't see."""
        return await self._call("POST", path, Phase.PREPARE, form=form)

    async def commit(self, *path: str, **form: str) -> Answer:
        """Make something visible: on a fresh connection, once."""
        return await self._call("POST", path, Phase.COMMIT, form=form)

    async def delete(self, *path: str) -> Answer:
        """Remove something."""
        return await self._call("DELETE", path, Phase.DELETE)

    async def _call(
        self,
        method: str,
        path: tuple[str, ...],
        phase: Phase,
        *,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        _check_path(path)
        timeout_s = self._time_left_s()
        with unrepeatable() if phase is Phase.COMMIT else repeatable():
            reply = await self.api.request(
                method,
                "/".join(quote(part, safe="") for part in path),
                token=self.token,
                phase=phase,
                timeout_s=timeout_s,
                params=params,
                form=form,
            )
            return self._read(reply, phase, is_about_account=path[0] == self.account_id)

    def _time_left_s(self) -> float:
        left_s = min(self.deadline.left_s, self.at_most.total_seconds())
        if left_s < LEAST_TIME_S:
            # With a moment given, nobody asks again within the same attempt.
            raise TryLater(
                "The platform answers too slowly.", not_before=self.clock.now() + AFTER_SLOWNESS, code="slow"
            )
        return left_s

    def _read(self, reply: Reply, phase: Phase, *, is_about_account: bool) -> Answer:
        usage = read_usage(reply.headers)
        tell(Told(usage.account_percent, usage.app_percent, usage.regained_in))
        seen = Circumstances(phase, is_about_account, reply.status, reply.headers, usage, self.clock.now())
        try:
            data = reply.json()
        except UnreadableAnswer:
            if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
                raise too_many(seen) from None
            raise
        if isinstance(data, Mapping) and "error" in data:  # whatever the status: a 200 can carry one
            raise judge(read_error(data["error"]), seen)
        if not isinstance(data, Mapping) or not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
            if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
                raise too_many(seen)
            raise UnreadableAnswer(f"HTTP {reply.status} with an answer in an unknown form")
        return Answer(data, usage, SANDBOX_HEADER in reply.headers, _served_at(reply))


def _check_path(path: tuple[str, ...]) -> None:
    """Send nothing to an address made from what isn't an id.

    Raises:
        Refused: A receipt, a checkpoint or an answer holds something else.
    """
    if not all(fits_path(part) for part in path):
        raise Refused(
            "What is kept as the id at Meta isn't one, so nothing was sent.",
            advice="Look for the post on the platform and settle it there by hand.",
            code="id",
        )


def _served_at(reply: Reply) -> datetime | None:
    try:
        moment = parsedate_to_datetime(reply.headers.get("Date", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
