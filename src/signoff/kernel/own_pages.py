"""Where a browser says that it was: headers that anybody can write, with whatever stands in them."""

from __future__ import annotations

from urllib.parse import urlsplit


def path_on(host: str | None, url: str | None) -> str | None:
    """Give path and query of a page on this host (as the `Host` header names it).

    None: it is elsewhere, or no address at all.
    """
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    if not host or parts.netloc != host:
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
