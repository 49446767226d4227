"""Calls that take effect although their caller was cut off long before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.errors import GraphError
from signoff.sandbox.graph.log import log_call
from signoff.sandbox.graph.pictures import NoPicture
from signoff.sandbox.graph.routes import find
from signoff.sandbox.records import Fault, LateCall
from signoff.sandbox.state import World

LATE_S: Final = 30


def postpone(world: World, call: Call, fault: Fault) -> None:
    """Remember a call for later; one whose picture couldn't be had will never take effect."""
    if isinstance(call.picture, NoPicture):
        return
    late = LateCall(
        str(world.next_number()),
        call.at + timedelta(seconds=fault.seconds(LATE_S)),
        call.method,
        call.path,
        dict(call.params),
        call.token,
        call.base_url,
        call.picture,
    )
    world.late_calls.put(late.id, late)


def carry_out(world: World, late: LateCall) -> None:
    """Let it take effect at its moment; nobody is there to hear of a refusal."""
    call = Call(late.method, late.path, late.params, late.token, late.due_at, late.base_url)
    call = replace(call, picture=late.picture)
    operation = find(world, call)
    try:
        operation.run(call)
    except GraphError:
        return
    log_call(world, operation, call, "late effect", "")
