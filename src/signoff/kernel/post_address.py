"""Addresses of posts, compared: people copy one and the same in many spellings."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

_TRACKING: Final = frozenset(
    {"fbclid", "gclid", "igsh", "igshid", "mc_cid", "mc_eid", "mibextid", "ref", "si", "__tn__"}
)
"""Parameters that people's browsers and apps add; utm_ and the like are known by their beginning."""

_TRACKING_BEGINS: Final = ("utm_", "__cft__", "hsa_", "mtm_")
_WEB: Final = frozenset({"http", "https"})


def same_address(url: str) -> str:
    """Give one spelling for all that lead to the same post; empty: it isn't the address of anything.

    Scheme, `www.` or `m.`, the case of the host, a slash at the end, a fragment and what is added to follow
    people make no difference. Other parameters do: on some platforms they say which post it is.
    """
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in _WEB or not host:
        return ""
    for prefix in ("www.", "m."):
        host = host.removeprefix(prefix)
    where = host if port in {None, 80, 443} else f"{host}:{port}"
    path = quote(unquote(parts.path).rstrip("/"), safe="/~@:!$&'()*+,;=")
    asked = sorted(pair for pair in parse_qsl(parts.query, keep_blank_values=True) if _matters(pair[0]))
    return f"https://{where}{path}" + (f"?{urlencode(asked)}" if asked else "")


def _matters(name: str) -> bool:
    lower = name.lower()
    return lower not in _TRACKING and not lower.startswith(_TRACKING_BEGINS)
