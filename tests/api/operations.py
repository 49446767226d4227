"""All operations of the REST door, read from its own description, so that a test can't forget one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.support.rest import Caller, Reply

_MEDIA = re.compile(r"\{(\w+)\}")
NOWHERE = "01980c7a-7bb0-7c3e-9a7b-2f6d1c0e8a11"
"""A post that nobody has."""

OTHER_BODIES: Mapping[str, Any] = {
    "decide_post": {"verdict": "approve", "seen": "0" * 64},
    "decide_posts": {"verdict": "approve", "posts": [{"post_id": NOWHERE, "seen": "0" * 64}]},
    "mark_statement": {"seen": "0" * 64},
    "end_pause": {"scope": "organization"},
    "connect_channel": {"platform": "noticeboard", "credentials": {"board": "plaza", "key": "key of plaza"}},
    "add_media": {"url": "https://www.example.com/a.png"},
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path, with an example of its body."""

    name: str
    method: str
    path: str
    example: Any
    needs_version: bool
    query: Mapping[str, str]

    @property
    def ids(self) -> list[str]:
        """Names of the ids in the path."""
        return _MEDIA.findall(self.path)

    async def call(self, caller: Caller, ids: Mapping[str, str]) -> Reply:
        """Call it with these ids, its example, and version 1."""
        headers = {"If-Match": '"1"'} if self.needs_version else {}
        how: dict[str, Any] = {} if self.example is None else {"json": self.example}
        path = self.path.format(**{**ids, "number": "1"})
        return await caller.call(self.method, path, headers=headers, params=self.query, **how)


async def read_operations(caller: Caller) -> list[Operation]:
    """Read the description. Streams that never end by themselves are left out."""
    described = (await caller.get("/openapi.json")).json
    schemas = described["components"]["schemas"]
    return [
        _operation(method.upper(), path, said, schemas)
        for path, methods in described["paths"].items()
        for method, said in methods.items()
        if path != "/events"
    ]


def _operation(method: str, path: str, said: dict[str, Any], schemas: dict[str, Any]) -> Operation:
    needed = [one for one in said.get("parameters", []) if one["required"] and one["in"] == "query"]
    return Operation(
        name=said["operationId"],
        method=method,
        path=path,
        example=_example(said, schemas),
        needs_version=any(one["name"] == "If-Match" for one in said.get("parameters", [])),
        query={one["name"]: _value(one, place) for place, one in enumerate(needed, 1)},
    )


def _value(parameter: dict[str, Any], place: int) -> str:
    """Its own example, else a moment: each later than the one before."""
    return str(parameter["schema"].get("examples", [f"2026-12-0{place}T09:00:00Z"])[0])


def _example(said: dict[str, Any], schemas: dict[str, Any]) -> Any:
    if said["operationId"] in OTHER_BODIES:
        return OTHER_BODIES[said["operationId"]]
    content = said.get("requestBody", {}).get("content", {}).get("application/json")
    if content is None or "$ref" not in content["schema"]:
        return None
    return schemas[content["schema"]["$ref"].rpartition("/")[2]].get("examples", [None])[0]
