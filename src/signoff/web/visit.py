"""One request of a signed-in person: who they are, and how they are answered."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from fastapi import Depends
from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from signoff.kernel.errors import Invalid, SignInNeeded
from signoff.kernel.masks import masked
from signoff.kernel.people import Actor, Via
from signoff.kernel.storable import UNSTORABLE
from signoff.organizations.sign_in import Signed, session_actor
from signoff.runtime import Runtime
from signoff.web.cookies import (
    Message,
    Undo,
    are_keys_on,
    clear_message,
    leave_message,
    read_message,
    remember_brand,
    remembered_brand,
    session_cookie,
)
from signoff.web.forms import chosen_id
from signoff.web.frame import gather_frame
from signoff.web.origin import need_csrf, need_own_origin
from signoff.web.templating import html
from signoff.web.words import Tone

LISTS: Final = frozenset(
    {"/review", "/calendar", "/posts", "/publishing", "/publishing/list", "/publishing/held", "/channels"}
)
"""Pages that can be narrowed to one brand."""
THEMES: Final = frozenset({"light", "dark"})

Section: TypeAlias = Literal["home", "review", "calendar", "posts", "publishing", "settings", ""]


@dataclass(frozen=True, slots=True)
class Visit:
    """Who is here, and the means to answer."""

    request: Request
    runtime: Runtime
    environment: Environment
    signed: Signed

    @property
    def actor(self) -> Actor:
        return self.signed.actor

    @property
    def zone(self) -> str:
        return self.signed.person.time_zone

    @property
    def is_partial(self) -> bool:
        """A script (htmx) asks for a part of the page; what is told once isn't told to it."""
        return "hx-request" in self.request.headers

    @property
    def brand(self) -> str:
        """The brand whose lists are looked at; empty: all. Where no address says it, the last one holds."""
        if self.request.url.path in LISTS:
            return str(chosen_id(self.request.query_params.get("brand", "")) or "")
        return remembered_brand(self.request)

    async def page(
        self, template: str, section: Section, *, status: int = 200, **context: object
    ) -> HTMLResponse:
        """Answer with a whole page, frame included."""
        frame = await gather_frame(self.runtime, self.actor, self.signed.organization)
        message = None if self.is_partial else read_message(self.request)
        text = html(
            self.environment,
            template,
            self._common() | {"frame": frame, "section": section, "message": message, **context},
        )
        response = HTMLResponse(text, status)
        if message:
            clear_message(response, self.runtime.settings)
        if self.brand != remembered_brand(self.request):
            remember_brand(response, self.runtime.settings, self.brand)
        return response

    async def sheet(
        self, template: str, section: Section, *, status: int = 200, **context: object
    ) -> HTMLResponse:
        """Answer with one form: as a page of its own, or for the dialog that a script opened."""
        if self.is_partial:
            return self.fragment(template, status=status, layout="sheets/_dialog.html", **context)
        return await self.page(template, section, status=status, layout="sheets/_page.html", **context)

    def fragment(self, template: str, *, status: int = 200, **context: object) -> HTMLResponse:
        """Answer with a part of a page."""
        return HTMLResponse(html(self.environment, template, self._common() | context), status)

    def done(
        self, where: str, said: str = "", *, icon: str = "check", tone: Tone = "ok", undo: Undo | None = None
    ) -> Response:
        """Send the browser on after something was done; the next page says so, and offers to take it back."""
        response = RedirectResponse(where, 303)
        if said:
            leave_message(response, self.runtime.settings, Message(said, icon, tone, undo))
        return response

    def _common(self) -> dict[str, Any]:
        theme = self.signed.person.theme
        return {
            "me": self.signed.person,
            "actor": self.actor,
            "organization": self.signed.organization,
            "memberships": self.signed.memberships,
            "csrf": masked(self.signed.session.csrf),
            "zone": self.zone,
            "seq": self.signed.seq,
            "theme": theme if theme in THEMES else "",
            "now": self.runtime.clock.now(),
            "once": secrets.token_urlsafe(12),
            "path": self.request.url.path,
            "address": self.request.url.path + (f"?{query}" if (query := self.request.url.query) else ""),
            "brand_now": self.brand,
            "is_narrowed_here": self.request.url.path in LISTS,
            "has_keys": are_keys_on(self.request),
        }


def client_ip(request: Request) -> str:
    """Give the address of whoever is asking, as the web server saw it."""
    return request.client.host if request.client else ""


async def signed_in(request: Request) -> Visit:
    asked = (*request.query_params.values(), *map(str, request.path_params.values()))
    if any(UNSTORABLE.search(value) for value in asked):
        raise Invalid("The address holds a character that can't be stored.")
    runtime: Runtime = request.app.state.runtime
    secret = request.cookies.get(session_cookie(runtime.settings), "")
    if not secret:
        raise SignInNeeded("You aren't signed in.", next_step="Sign in.")
    signed = await session_actor(runtime, secret, ip=client_ip(request), via=Via.WEB)
    return Visit(request, runtime, request.app.state.environment, signed)


async def _looking(visit: Annotated[Visit, Depends(signed_in)]) -> AsyncIterator[Visit]:
    async with visit.runtime.reading(visit.actor.organization_id):
        yield visit


async def _sent_by_our_page(request: Request) -> Visit:
    need_own_origin(request)
    visit = await signed_in(request)
    await need_csrf(request, visit.signed.session.csrf)
    return visit


Reading = Annotated[Visit, Depends(signed_in)]
"""A page is looked at."""

Looking = Annotated[Visit, Depends(_looking, scope="function")]
"""The same for a page that reads much: all of it shares one transaction, in which nothing can be written."""

Sending = Annotated[Visit, Depends(_sent_by_our_page)]
"""A form was sent: from our own page, with the session's own token."""


def local_path(address: str, otherwise: str = "/") -> str:
    """Give an address if it leads to a page of ours, so that a link can't send people elsewhere."""
    try:
        leads_away = bool(urlsplit(address).netloc)
    except ValueError:
        leads_away = True
    is_ours = address.startswith("/") and not address.startswith("//") and not leads_away
    return address if is_ours and "\\" not in address else otherwise
