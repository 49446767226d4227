"""From what happened to what the caller gets."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import HTMLResponse, JSONResponse, Response

from signoff.sandbox import wire
from signoff.sandbox.faults import FAULTS, Behaviour, Way
from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.errors import GraphError
from signoff.sandbox.records import Fault
from signoff.sandbox.state import World

HANG_S: Final = 60
_BAD_GATEWAY: Final = (
    "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
)


def answered(body: Mapping[str, Any]) -> Response:
    return JSONResponse(body)


def refused(error: GraphError) -> Response:
    return JSONResponse(error.envelope(), error.status)


def disturbed(world: World, fault: Fault, kind: str, call: Call, answer: Response | None) -> Response:
    """Carry out a fault; `answer` is what the caller would have got."""
    behaviour = FAULTS[fault.fault]
    match behaviour.way:
        case Way.CLOSE:
            return wire.closed()
        case Way.RESET:
            return wire.reset()
        case Way.HANG:
            return wire.hanging(fault.seconds(HANG_S))
        case Way.GARBAGE:
            return _garbage(fault.options.get("body", behaviour.body), answer)
        case Way.END_TOKEN:
            return refused(_end_token(world, fault, behaviour, call))
        case _:
            return _in_time(fault, refused(_error(fault, behaviour, kind)))


def outcome_of(response: Response, fault: Fault | None) -> str:
    """Name for the log what the caller got."""
    if isinstance(response, wire.Unanswered) and fault:
        way = FAULTS[fault.fault].way
        return "torn answer" if way is Way.GARBAGE else {"hang": "no answer"}.get(way, way.value)
    return str(response.status_code)


def _garbage(body: str, answer: Response | None) -> Response:
    whole = bytes(answer.body) if answer else json.dumps({"success": True}).encode()
    match body:
        case "empty":
            return Response(media_type="application/json")
        case "truncated":
            return Response(whole[: len(whole) // 2], media_type="application/json")
        case "torn":
            return wire.torn(whole)
        case _:
            return HTMLResponse(_BAD_GATEWAY, HTTPStatus.BAD_GATEWAY)


def _in_time(fault: Fault, response: Response) -> Response:
    """Say when to come back, if the fault has a time; the edge does so with 429 and 503."""
    if "seconds" in fault.options:
        response.headers["Retry-After"] = str(math.ceil(fault.seconds(0)))
    return response


def _end_token(world: World, fault: Fault, behaviour: Behaviour, call: Call) -> GraphError:
    """End the token of the call for good, as a checkpoint or a revoked consent does."""
    code, usual = behaviour.error
    subcode = fault.number("subcode", usual)
    if token := world.tokens.get(call.token):
        world.tokens.put(token.token, replace(token, dead=subcode))
    return GraphError(code, subcode)


def _error(fault: Fault, behaviour: Behaviour, kind: str) -> GraphError:
    code, subcode = behaviour.error
    if fault.fault == "account_throttle":
        code = 80002 if kind.startswith("instagram.") else 80001
    return GraphError(
        fault.number("code", code),
        fault.number("subcode", subcode),
        message=fault.options.get("message", ""),
        status=fault.number("status", behaviour.status),
    )
