"""A record of the calls that a piece of work made, with nothing secret in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

Json: TypeAlias = Any
Outcome: TypeAlias = Literal["answered", "not_sent", "lost"]
HIDDEN: Final = "***"

_SECRET_NAME: Final = re.compile(
    r"(?i)token$|passw(?:or)?d|secret|api_?-?key|^authorization$|^proxy-authorization$|^cookie$|^set-cookie$"
    r"|jwt$|^appsecret|^sig(?:nature)?$|^code_verifier$|credential"
)
_BARE: Final = re.compile(r"https?://[\w.:-]+(?:/[\w./:%~-]*)?", re.ASCII)
"""An address with neither a user, a query nor a fragment, as most calls have."""
_IN_TEXT: Final = (
    re.compile(
        r"(?i)((?:token|password|passwd|secret|api_?key|jwt|appsecret_proof)"
        r"[\"']?\s*(?:=|:|%3D|\\u003d)\s*[\"']?)[^\s\"'&,;<>}\\]+"
    ),
    re.compile(r"(?i)\b((?:bearer|basic|ghost)\s+)(?=\S*[0-9=])[a-z0-9._~+/=:\-]{8,}"),
    re.compile(r"(://)[^\s/@:]*:[^\s/@]*(?=@)"),
    re.compile(r"\b()EAA[A-Za-z0-9]{20,}"),  # tokens of the Graph API
)
_SIGNS: Final = ("token", "passw", "secret", "key", "jwt", "bearer", "bas", "ghost", "@", "eaa")
"""A text with none of them, whatever the case of its letters, fits none of the patterns above."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `status` is None when there was no answer; `ms` is its whole duration."""

    method: str
    url: str
    status: int | None
    ms: int
    outcome: Outcome

    def as_row(self) -> dict[str, Any]:
        """Give it as JSON has it; an attempt keeps each of its calls."""
        return {
            "method": self.method,
            "url": self.url,
            "status": self.status,
            "ms": self.ms,
            "outcome": self.outcome,
        }


_recorder: ContextVar[list[Call] | None] = ContextVar("signoff_calls", default=None)


@contextmanager
def recording() -> Iterator[list[Call]]:
    """Collect every call made inside the block, by this task and the tasks it starts."""
    calls: list[Call] = []
    token = _recorder.set(calls)
    try:
        yield calls
    finally:
        _recorder.reset(token)


def record(call: Call) -> None:
    """Note a call for whoever is recording; nobody may be."""
    calls = _recorder.get()
    if calls is not None:
        calls.append(call)


def scrub_url(url: str) -> str:
    """Take user names, passwords and secret parameters out of an address; hide what can't be read whole."""
    if _BARE.fullmatch(url):
        return url
    try:
        parts = urlsplit(url)
    except ValueError:
        return HIDDEN
    query = [
        (name, HIDDEN if is_secret_name(name) else value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, urlencode(query, safe="*,:/"), ""))


def scrub(text: str) -> str:
    """Take tokens, passwords and login headers out of free text, such as an error message."""
    folded = text.casefold()
    if not any(sign in folded for sign in _SIGNS):
        return text
    for pattern in _IN_TEXT:
        text = pattern.sub(rf"\g<1>{HIDDEN}", text)
    return text


def scrub_json(raw: Json) -> Json:
    """Do the same inside JSON: values under secret names whole, secrets inside other text by their look."""
    if isinstance(raw, Mapping):
        return {
            str(name): HIDDEN if is_secret_name(str(name)) and value else scrub_json(value)
            for name, value in raw.items()
        }
    if isinstance(raw, (list, tuple)):
        return [scrub_json(value) for value in raw]
    return scrub(raw) if isinstance(raw, str) else raw


@lru_cache(maxsize=1024)
def is_secret_name(name: str) -> bool:
    """Tell whether a parameter, field or header of this name holds a secret."""
    return _SECRET_NAME.search(name) is not None
