"""Proof that a form was sent from one of our own pages."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request

from signoff.kernel.errors import NotAllowed
from signoff.kernel.masks import proves
from signoff.kernel.own_pages import path_on

CSRF_FIELD: Final = "csrf"
CSRF_HEADER: Final = "x-csrf-token"


def need_own_origin(request: Request) -> None:
    """Let a request pass that a page of ours sent.

    Browsers say where a form came from in `Sec-Fetch-Site`; over plain http to other hosts only in `Origin`.

    Raises:
        NotAllowed: It came from elsewhere, or doesn't say where from.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        is_own = site in {"same-origin", "none"}
    else:
        is_own = path_on(request.headers.get("host"), origin) is not None
    if not is_own:
        raise NotAllowed(
            "This form was sent from another site, so nothing was done.",
            next_step="Open the page on this site and send it from there.",
        )


async def need_csrf(request: Request, expected: str) -> None:
    """Let a request pass that carries the session's own token, masked, as a field or as a header.

    Raises:
        NotAllowed: It carries none, or an older session's.
    """
    given = request.headers.get(CSRF_HEADER)
    if given is None:
        form = await request.form()
        given = str(form.get(CSRF_FIELD, ""))
    if not proves(given, expected):
        raise NotAllowed(
            "This form belongs to an earlier session, so nothing was done.",
            next_step="Reload the page and send it again; what you typed is still in the other tab.",
        )
