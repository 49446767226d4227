"""A form that is sent twice, by a double click or a replayed request, is carried out once and answered alike.

Every page makes its own value for its forms. The same value with other content is another request: somebody
went back and changed something. Refusals aren't kept, so a form can be sent again once their cause is gone.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from fastapi import APIRouter
from fastapi.routing import APIRoute
from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from signoff.db.clock import now_sql
from signoff.kernel.errors import InUse
from signoff.kernel.ids import OrganizationId
from signoff.media.files import space_told
from signoff.records.tenants import IdempotencyKey
from signoff.runtime import Runtime
from signoff.web.origin import CSRF_FIELD
from signoff.web.visit import Visit, signed_in

FIELD: Final = "once"

_KEPT: Final = timedelta(hours=24)
_TAKEN_OVER_AFTER: Final = timedelta(seconds=60)
_WAIT_S: Final = 0.2
_WAITS: Final = 50
_SEE_OTHER: Final = 303

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class OnceRoute(APIRoute):
    """A route whose forms are carried out once where they carry a value for it."""

    def get_route_handler(self) -> Handler:
        """Wrap the handler that FastAPI makes."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if request.method != "POST":
                return await handler(request)
            try:
                return await _handle_form(request, handler)
            finally:
                await request.close()  # what was uploaded is gone with its form

        return handle


async def _handle_form(request: Request, handler: Handler) -> Response:
    with space_told():  # larger uploads wait in a temporary file
        form = await request.form()
    value = form.get(FIELD)
    if not isinstance(value, str) or not value:
        return await handler(request)
    visit = await signed_in(request)
    return await _once(visit, _key(request, form, value), lambda: handler(request))


def new_router(prefix: str = "") -> APIRouter:
    """Make a router for pages with forms."""
    return APIRouter(prefix=prefix, route_class=OnceRoute)


@dataclass(frozen=True, slots=True)
class _Key:
    organization_id: OrganizationId
    caller: str
    value: str
    fingerprint: str

    @property
    def row(self) -> ColumnElement[bool]:
        return and_(
            IdempotencyKey.organization_id == self.organization_id,
            IdempotencyKey.caller == self.caller,
            IdempotencyKey.key == self.value,
        )


def _key(request: Request, form: FormData, value: str) -> tuple[str, str]:
    """Give the stored value and the fingerprint of what was sent."""
    said = [request.url.path]
    for name, given in form.multi_items():
        if name != CSRF_FIELD:
            said += [name, given if isinstance(given, str) else f"{given.filename} {given.size}"]
    fingerprint = hashlib.sha256("\0".join(said).encode()).hexdigest()
    return f"{value[:64]}:{fingerprint[:32]}", fingerprint


async def _once(
    visit: Visit, key: tuple[str, str], work: Callable[[], Coroutine[Any, Any, Response]]
) -> Response:
    mine = _Key(visit.actor.organization_id, f"session:{visit.signed.session.id}", *key)
    if not await _begin(visit.runtime, mine):
        return await _same_answer(visit.runtime, mine)
    try:
        response = await work()
    except BaseException:
        await _give_up(visit.runtime, mine)
        raise
    if response.status_code == _SEE_OTHER:
        await _keep(visit.runtime, mine, response)
    else:
        await _give_up(visit.runtime, mine)
    return response


async def _begin(runtime: Runtime, key: _Key) -> bool:
    """Take the value; False if somebody has it already. One that a killed process left is taken over."""
    abandoned = and_(
        IdempotencyKey.status.is_(None), IdempotencyKey.created_at < now_sql() - _TAKEN_OVER_AFTER
    )
    expired = IdempotencyKey.created_at < now_sql() - _KEPT
    new = insert(IdempotencyKey).values(
        organization_id=key.organization_id, caller=key.caller, key=key.value, fingerprint=key.fingerprint
    )
    async with runtime.transaction(key.organization_id) as tx:
        await tx.execute(delete(IdempotencyKey).where(key.row, or_(abandoned, expired)))
        taken = await tx.scalar(new.on_conflict_do_nothing().returning(IdempotencyKey.created_at))
    return taken is not None


async def _same_answer(runtime: Runtime, key: _Key) -> Response:
    """Wait for the first request's answer and give it, too."""
    for _ in range(_WAITS):
        async with runtime.transaction(key.organization_id) as tx:
            known = await tx.scalar(select(IdempotencyKey).where(key.row))
        if known is None:
            break
        if known.status is not None:
            return Response(status_code=known.status, headers=known.headers)
        await asyncio.sleep(_WAIT_S)
    raise InUse(
        "This form was sent twice, and the first one hasn't finished.",
        next_step="Look at the page before you repeat it.",
    )


async def _keep(runtime: Runtime, key: _Key, response: Response) -> None:
    headers = {name: value for name, value in response.headers.items() if name in {"location", "set-cookie"}}
    async with runtime.transaction(key.organization_id) as tx:
        change = update(IdempotencyKey).where(key.row)
        await tx.execute(change.values(status=response.status_code, headers=headers))


async def _give_up(runtime: Runtime, key: _Key) -> None:
    async with runtime.transaction(key.organization_id) as tx:
        await tx.execute(delete(IdempotencyKey).where(key.row))
