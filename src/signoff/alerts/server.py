"""The operator's mail server, as written in the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

_STARTTLS: Final = {"required": True, "offered": None, "never": False}


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in. `starttls`: True insists, None takes what is offered, False does without."""

    host: str
    port: int
    username: str | None
    password: str | None = field(repr=False)
    is_tls: bool
    starttls: bool | None

    @classmethod
    def parse(cls, url: str) -> MailServer:
        """Read `smtp://user:password@host:port` or `smtps://…`; parts may be percent-encoded.

        With `?starttls=required|offered|never`. Without it, a password insists on encryption unless the
        server is on this machine, and everything else takes what is offered.

        Raises:
            ValueError: Not such an address; the message doesn't repeat the password.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("a mail server is written smtp://user:password@host:port or smtps://…")
        is_tls, password = parts.scheme == "smtps", _decoded(parts.password)
        default_port = 465 if is_tls else 587 if password else 25
        return cls(
            host=parts.hostname,
            port=parts.port or default_port,
            username=_decoded(parts.username),
            password=password,
            is_tls=is_tls,
            starttls=False if is_tls else _starttls(parts.query, parts.hostname, has_password=bool(password)),
        )


def _decoded(part: str | None) -> str | None:
    return unquote(part) if part else None


def _starttls(query: str, host: str, *, has_password: bool) -> bool | None:
    chosen = parse_qs(query).get("starttls", [""])[0]
    if chosen:
        if chosen not in _STARTTLS:
            raise ValueError(f"starttls is one of {', '.join(_STARTTLS)}, not {chosen!r}")
        return _STARTTLS[chosen]
    return True if has_password and not _is_this_machine(host) else None


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
