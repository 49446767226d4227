from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from signoff.kernel.errors import SignInNeeded
from signoff.kernel.people import Actor, Via
from signoff.organizations.sign_in import SignedIn, session_actor, sign_in
from signoff.organizations.sweep import sweep
from signoff.records.access import OneTimeLink, Session, SignInAttempt
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.people import SOMEWHERE


async def counts(runtime: Runtime) -> list[int | None]:
    async with runtime.worker_transaction() as tx:
        kinds = (Session, OneTimeLink, SignInAttempt)
        return [await tx.scalar(select(func.count()).select_from(kind)) for kind in kinds]


async def test_what_has_lost_its_meaning_is_deleted_after_a_month(
    runtime: Runtime, owner: Actor, ana: SignedIn, clock: ShiftableClock
) -> None:
    with pytest.raises(SignInNeeded):
        await sign_in(runtime, "ana@casaluz.example", "a wrong password", **SOMEWHERE)
    before = await counts(runtime)
    await sweep(runtime)
    assert await counts(runtime) == before == [1, 2, 2]
    clock.advance(timedelta(days=29))
    await sweep(runtime)
    assert await counts(runtime) == [1, 2, 0]
    assert await session_actor(runtime, ana.session_secret, ip="", via=Via.WEB)
    clock.advance(timedelta(days=61))
    await sweep(runtime)
    assert await counts(runtime) == [0, 0, 0]
