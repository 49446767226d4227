"""Figures for Prometheus, to whoever may see them."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import structlog
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from signoff.runtime import Runtime
from signoff.watch.metrics import read_metrics

_ANSWER_WITHIN: Final = timedelta(seconds=10)
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip")
"""A proxy on this machine passes on what others ask: then the address that it comes from says nothing."""

_log = structlog.get_logger()


async def show_metrics(runtime: Runtime, request: Request) -> Response:
    """Tell the figures, to this machine or to who has the token."""
    token = runtime.settings.metrics_token
    is_local = _is_here(urlsplit(runtime.settings.address).hostname) and _is_this_machine(request)
    if not (_has_token(request, token) if token else is_local):
        said = "Send SIGNOFF_METRICS_TOKEN as a bearer token.\n" if token else _CLOSED
        return PlainTextResponse(said, 401 if token else 403)
    try:
        async with asyncio.timeout(_ANSWER_WITHIN.total_seconds()):
            body, content_type = await read_metrics(runtime, request.headers.get("accept", ""))
    except Exception as problem:  # noqa: BLE001 - whatever it is, there are no figures now
        _log.warning("no_metrics", error=f"{type(problem).__name__}: {problem}")
        return PlainTextResponse("the figures can't be read now; the log says why\n", 503)
    return Response(body, media_type=content_type)


_CLOSED: Final = (
    "Without SIGNOFF_METRICS_TOKEN only this machine may ask, and only where Signoff has no public address. "
    "Set it, and send it as a bearer token.\n"
)


def _has_token(request: Request, token: SecretStr) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    return scheme.lower() == "bearer" and secrets.compare_digest(
        given.strip().encode(), token.get_secret_value().encode()
    )


def _is_this_machine(request: Request) -> bool:
    """Whether somebody on this machine asks for this machine's own address.

    A proxy needn't say that it is one; but where there is one, Signoff has a public address.
    """
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    return _is_here(request.client.host) and _is_here(request.url.hostname)


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
