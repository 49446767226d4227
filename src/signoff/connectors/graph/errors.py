"""From an error in the Graph API's envelope to what the publishing protocol understands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from signoff.connectors.calls import waits_until
from signoff.connectors.errors import Ambiguous, ConnectorError, Reconnect, Refused, Throttled, TryLater
from signoff.connectors.graph.rules import ACCOUNT_NOT_REACHED, Kind, Phase, Rule, rule_for
from signoff.connectors.graph.usage import Usage
from signoff.http.calls import scrub

USUAL_WAIT: Final = timedelta(hours=1)
NOT_THERE: Final = (100, 33)
SERVER_ERRORS: Final = 500
_MOST_WORDS: Final = 500
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")


class Gone(Refused):
    """The object doesn't exist, or not for this token: the platform doesn't tell which."""


@dataclass(frozen=True, slots=True)
class GraphError:
    """The envelope, as far as it is understood; missing numbers are 0 and None."""

    code: int
    subcode: int | None
    message: str
    user_text: str
    trace_id: str

    @property
    def name(self) -> str:
        """Code and subcode as they are usually written: 100/33."""
        return f"{self.code}/{self.subcode}" if self.subcode is not None else str(self.code)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else counts when an error is judged."""

    phase: Phase
    is_about_account: bool
    """The call went to the account itself, not to a post or an upload."""
    status: int
    headers: Mapping[str, str]
    usage: Usage
    now: datetime


def read_error(error: object) -> GraphError:
    """Read what stands under `error`; anything can stand there."""
    known = error if isinstance(error, Mapping) else {"message": error}
    title, words = _text(known.get("error_user_title")), _text(known.get("error_user_msg"))
    return GraphError(
        code=_integer(known.get("code")) or 0,
        subcode=_integer(known.get("error_subcode")) or None,
        message=_text(known.get("message")),
        user_text=f"{title}: {words}" if title and words and title != words else words or title,
        trace_id=_text(known.get("fbtrace_id")),
    )


def judge(error: GraphError, seen: Circumstances) -> ConnectorError:
    """Say what an error means in the phase it was met in.

    The HTTP status decides nothing, with one exception: at the commit any 5xx leaves doubt.
    """
    rule = rule_for(error.code, error.subcode)
    kind = rule.kinds[seen.phase]
    if (error.code, error.subcode) == NOT_THERE and seen.is_about_account:
        rule, kind = ACCOUNT_NOT_REACHED, Kind.REAUTH
    if seen.phase is Phase.COMMIT and seen.status >= SERVER_ERRORS:
        kind = Kind.DOUBT
    detail = _detail(error, rule)
    if kind is Kind.WAIT:
        not_before = _not_before(rule, seen)
        return Throttled(
            detail,
            not_before=not_before,
            advice=rule.advice,
            code=error.name,
            rests=rule.rests,
            grows=rule.grows,
        )
    return _MAKERS[kind](detail, advice=rule.advice, code=error.name)


_MAKERS: Final[Mapping[Kind, Callable[..., ConnectorError]]] = {
    Kind.RETRY: TryLater,
    Kind.REAUTH: Reconnect,
    Kind.REFUSED: Refused,
    Kind.DOUBT: Ambiguous,
    Kind.GONE: Gone,
}


def too_many(seen: Circumstances) -> Throttled:
    """Make the error for a 429 that carries no envelope: it comes from before the API and did nothing."""
    not_before = waits_until(seen.headers, seen.now, otherwise=seen.usage.regained_in or USUAL_WAIT)
    return Throttled("Too many calls, the platform says.", not_before=not_before, code="429")


def _not_before(rule: Rule, seen: Circumstances) -> datetime:
    otherwise = rule.wait or seen.usage.regained_in or USUAL_WAIT
    return waits_until(seen.headers, seen.now, otherwise=otherwise)


def _detail(error: GraphError, rule: Rule) -> str:
    words = scrub(error.user_text or error.message)[:_MOST_WORDS]
    trace = f", trace {error.trace_id}" if error.trace_id else ""
    said = f" The platform's words: “{words}”" if words else ""
    return f"{rule.meaning}.{said} ({error.name}{trace})."


def _integer(value: object) -> int | None:
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
