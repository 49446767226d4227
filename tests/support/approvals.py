"""Brands that ask for more than one approval, and people who give theirs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest

from signoff.kernel.ids import PostId
from signoff.kernel.people import Actor
from signoff.organizations.approval import brand_approval, set_brand_approval
from signoff.pipeline.review.decide import Decided, decide
from signoff.records.planning.placement import Schedule
from signoff.records.states import Verdict
from signoff.records.tenants import Brand
from signoff.runtime import Runtime
from tests.support.posts import seen

AskFor: TypeAlias = Callable[..., Awaitable[None]]
"""`await ask_for(approvals=2, four_eyes=True)`: all that the brand asks for from now on."""


@pytest.fixture
def ask_for(runtime: Runtime, owner: Actor, brand: Brand) -> AskFor:
    async def set_rules(**rules: Any) -> None:
        present = await brand_approval(runtime, owner, brand.id)
        await set_brand_approval(runtime, owner, brand.id, rules, version=present.version)

    return set_rules


async def approve(
    runtime: Runtime, actor: Actor, post_id: PostId, schedule: Schedule | None = None
) -> Decided:
    """Approve what the actor is shown."""
    fingerprint = await seen(runtime, actor, post_id)
    return await decide(runtime, actor, post_id, Verdict.APPROVE, seen=fingerprint, schedule=schedule)
