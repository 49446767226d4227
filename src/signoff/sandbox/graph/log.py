"""The request log: what was called, what it met, what the caller got."""

from __future__ import annotations

import re
from typing import Final

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.operations import Operation
from signoff.sandbox.records import LoggedCall
from signoff.sandbox.state import World

_KEY: Final = re.compile(r"utm_content=([\w.~-]+)")


def log_call(world: World, operation: Operation, call: Call, outcome: str, error: str) -> None:
    """Add a line. Parameters are left out: they may carry tokens."""
    written = " ".join(call.text(name) for name in ("link", "message", "caption"))
    key = _KEY.search(written)
    line = LoggedCall(
        str(world.next_number()),
        call.at,
        call.method,
        "/" + "/".join(call.path),
        operation.kind,
        operation.account,
        outcome,
        error,
        call.fault.fault if call.fault else "",
        key.group(1) if key else "",
    )
    world.log.put(line.id, line)
