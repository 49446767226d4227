"""Calls beyond what an account, or the application, may make within an hour are refused."""

from __future__ import annotations

from datetime import datetime

from signoff.sandbox.graph.errors import GraphError
from signoff.sandbox.graph.operations import Operation
from signoff.sandbox.state import World
from signoff.sandbox.usage import APPLICATION

_APPLICATION_LIMIT = 4
_ACCOUNT_LIMITS = {"instagram": 80002, "facebook": 80001}


def limit_reached(world: World, operation: Operation, at: datetime) -> GraphError | None:
    """Give the refusal of a call that is one too many; None: there is room for it."""
    code = _ACCOUNT_LIMITS.get(operation.kind.partition(".")[0])
    if code and operation.account and world.usage.is_used_up(operation.account, at):
        return GraphError(code)
    return GraphError(_APPLICATION_LIMIT) if world.usage.is_used_up(APPLICATION, at) else None
