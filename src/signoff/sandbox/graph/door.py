"""Where calls come in: recognised, refused if too many, disturbed by a fault, carried out, logged."""

from __future__ import annotations

from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.responses import Response

from signoff.sandbox.current import BaseUrl, CurrentWorld
from signoff.sandbox.faults import FAULTS, Moment, take
from signoff.sandbox.graph.calls import Call, read_call
from signoff.sandbox.graph.errors import GraphError
from signoff.sandbox.graph.late import postpone
from signoff.sandbox.graph.limits import limit_reached
from signoff.sandbox.graph.log import log_call
from signoff.sandbox.graph.operations import Operation
from signoff.sandbox.graph.outcomes import answered, disturbed, outcome_of, refused
from signoff.sandbox.graph.pictures import fetch, keep
from signoff.sandbox.graph.routes import find
from signoff.sandbox.state import World

router = APIRouter(include_in_schema=False)


@router.api_route("/graph/{path:path}", methods=["GET", "POST", "DELETE"])
async def graph(request: Request, world: CurrentWorld, base: BaseUrl) -> Response:
    """Answer one call; the path may begin with any version, or with none."""
    call = await read_call(request, world.now(), base)
    operation = find(world, call)
    if refusal := limit_reached(world, operation, call.at):
        fault, response, error = None, refused(refusal), refusal.name
    else:
        fault = take(world, operation.kind, operation.account)
        call = replace(call, fault=fault)
        response, error = await _carry_out(world, operation, call)
    log_call(world, operation, call, outcome_of(response, fault), error)
    world.usage.count(operation.account, call.at)
    headers = world.usage.headers(operation.account, operation.kind, call.at, fault)
    response.headers.update(headers | {"Facebook-API-Version": call.version})
    return response


async def _carry_out(world: World, operation: Operation, call: Call) -> tuple[Response, str]:
    """Give the response, and the name of the error where the platform itself refused."""
    fault = call.fault
    moment = FAULTS[fault.fault].moment if fault else Moment.WITHIN
    if fault and moment is Moment.BEFORE:
        return disturbed(world, fault, operation.kind, call, None), ""
    call = await _with_picture(world, call)
    if fault and moment is Moment.LATE:
        postpone(world, call, fault)
        return disturbed(world, fault, operation.kind, call, None), ""
    response, name = _run(operation, call)
    if fault and moment is Moment.AFTER:
        response = disturbed(world, fault, operation.kind, call, response)
    return response, name


def _run(operation: Operation, call: Call) -> tuple[Response, str]:
    try:
        return answered(operation.run(call)), ""
    except GraphError as error:
        return refused(error), error.name


async def _with_picture(world: World, call: Call) -> Call:
    """Get the picture that the call brings or names."""
    if call.upload:
        return replace(call, picture=keep(world, call.upload, "upload"))
    url = call.text("image_url") or call.text("url")
    return replace(call, picture=await fetch(world, url)) if call.method == "POST" and url else call
