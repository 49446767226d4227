"""What all routers have in common."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.requests import Request

from signoff.api.access import SECURITY, identify
from signoff.api.once import OnceRoute
from signoff.api.problems import Broken, Unreadable, problems
from signoff.kernel.errors import Invalid, Problem, TooLarge, Unavailable


async def _identified(request: Request) -> None:
    """Everything here needs somebody, also routes that don't ask who it is."""
    await identify(request)


async def _storable_query(request: Request) -> None:
    if "%00" in request.url.query:
        raise Invalid("The query holds a character that can't be stored (NUL).")


def new_router(prefix: str, tag: str, *extra: type[Problem]) -> APIRouter:
    """Make a router whose POSTs take an Idempotency-Key, and whose routes answer with these problems, too."""
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        route_class=OnceRoute,
        dependencies=[*SECURITY, Depends(_identified), Depends(_storable_query)],
        responses=problems(Unreadable, TooLarge, Unavailable, Broken, *extra),
    )
