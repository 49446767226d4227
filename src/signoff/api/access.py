"""Who is asking: a bearer token, or the session of the pages with its proof against forged requests."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import Request

from signoff.kernel.errors import NotAllowed, SignInNeeded
from signoff.kernel.masks import proves
from signoff.kernel.own_pages import path_on
from signoff.kernel.people import Actor, Via
from signoff.organizations.sign_in import session_actor, token_actor
from signoff.runtime import Runtime

CSRF_HEADER: Final = "X-CSRF-Token"
CLI_USER_AGENT: Final = "signoff-cli/"

_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})

_bearer = HTTPBearer(
    auto_error=False, scheme_name="token", description="A token from `signoff token create` or POST /tokens."
)
_cookie = APIKeyCookie(
    name="__Host-signoff",
    auto_error=False,
    scheme_name="session",
    description=f"The session of the pages; writes also need its {CSRF_HEADER} and our own origin.",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and under which name their idempotency keys are kept."""

    actor: Actor
    name: str


async def identify(request: Request) -> Caller:
    """Tell who asks; once for each request.

    Raises:
        SignInNeeded: Nobody, or with a token or session that doesn't count any more.
        NotAllowed: A write with a session that doesn't prove that our own page sent it.
    """
    known: Caller | None = getattr(request.state, "caller", None)
    if known is None:
        known = request.state.caller = await _identify(request)
    return known


async def _identify(request: Request) -> Caller:
    runtime: Runtime = request.app.state.runtime
    ip = request.client.host if request.client else ""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        actor = await token_actor(runtime, token.strip(), ip=ip, via=_door(request))
        return Caller(actor, _name("token", token.strip()))
    secret = request.cookies.get(request.app.state.session_cookie, "")
    if not secret:
        raise SignInNeeded(
            "This needs a token.",
            next_step="Send it as “Authorization: Bearer …”; `signoff token create` makes one.",
        )
    signed = await session_actor(runtime, secret, ip=ip, via=Via.API)
    if request.method not in _SAFE:
        _need_own_page(request, signed.session.csrf)
    return Caller(signed.actor, _name("session", secret))


def _door(request: Request) -> Via:
    return Via.CLI if request.headers.get("user-agent", "").startswith(CLI_USER_AGENT) else Via.API


def _name(kind: str, secret: str) -> str:
    return f"{kind}:{hashlib.sha256(secret.encode()).hexdigest()}"


def _need_own_page(request: Request, csrf: str) -> None:
    site = request.headers.get("sec-fetch-site")
    here = path_on(request.headers.get("host"), request.headers.get("origin"))
    is_own = site == "same-origin" if site else here is not None
    given = request.headers.get(CSRF_HEADER, "")
    if not is_own or not proves(given, csrf):
        raise NotAllowed(
            "With a session, a write must come from our own page and prove it.",
            next_step=f"Send {CSRF_HEADER} from a page of this address, or use a token.",
        )


async def _actor(request: Request) -> Actor:
    return (await identify(request)).actor


def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


CurrentActor = Annotated[Actor, Depends(_actor)]
CurrentRuntime = Annotated[Runtime, Depends(_runtime)]

SECURITY: Final = [Depends(_bearer), Depends(_cookie)]
"""Announces both ways in OpenAPI; they are checked by `identify`."""
