"""What a token may do and how long it lives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from signoff.connectors.errors import Reconnect, Refused, TryLater
from signoff.connectors.graph.api import GraphSession
from signoff.connectors.graph.ids import is_number

WARN_BEFORE: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What `debug_token` says. Only a real moment counts: 0 stands for "never"."""

    holder: str
    """Whom it stands for: USER, PAGE, SYSTEM_USER …"""
    scopes: frozenset[str]
    expires_at: datetime | None
    data_access_expires_at: datetime | None
    app: str = ""
    """Id of the application that it was made for."""


async def inspect(session: GraphSession) -> TokenFacts | None:
    """Ask about the session's own token; None when the platform doesn't tell.

    Meta promises an answer to the app's own token and its developers only, so no answer is no fault.

    Raises:
        Reconnect: The token isn't valid any more.
        Throttled: The platform asks to wait.
    """
    try:
        answer = await session.get_quietly("debug_token", input_token=session.token)
    except (Refused, TryLater):
        return None
    except Reconnect as problem:
        if problem.code.startswith("190"):
            raise
        return None  # this token may not ask; the calls that matter show what it may do
    data = answer.data.get("data")
    if not isinstance(data, Mapping):
        return None
    if data.get("is_valid") is False:
        raise Reconnect(
            "The access token isn't valid any more.", advice="Paste a new access token.", code="190"
        )
    return TokenFacts(
        holder=str(data.get("type", "")),
        scopes=frozenset(_texts(data.get("scopes"))),
        expires_at=_moment(data.get("expires_at")),
        data_access_expires_at=_moment(data.get("data_access_expires_at")),
        app=_app(data.get("app_id")),
    )


def expiry_warnings(facts: TokenFacts, now: datetime, *, counts_data_access: bool) -> Iterator[str]:
    """Warn two weeks before the token, or the consent to read data, runs out."""
    if facts.expires_at and facts.expires_at - now < WARN_BEFORE:
        yield f"The access token expires on {_day(facts.expires_at)}. Connect the account again before that."
    consent = facts.data_access_expires_at
    if counts_data_access and consent and consent - now < WARN_BEFORE:
        yield f"The consent to data access ends on {_day(consent)}. Log in at Meta and reconnect before that."


def earliest(*moments: datetime | None) -> datetime | None:
    """Give the first of several moments of which some may be missing."""
    return min((moment for moment in moments if moment), default=None)


def _day(moment: datetime) -> str:
    return moment.strftime("%d %B %Y").lstrip("0")


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _app(value: object) -> str:
    text = str(value) if isinstance(value, int | str) else ""
    return text if is_number(text) else ""


def _moment(value: object) -> datetime | None:
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None
