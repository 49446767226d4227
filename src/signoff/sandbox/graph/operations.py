"""What a call turns out to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.state import World

Answer = dict[str, Any]

Handler = Callable[[World, Call, Any], Answer]
Routes = Mapping[tuple[str, str], tuple[str, Handler]]
"""(method, edge) to kind of call and handler; the edge is empty for the object itself."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A kind of call, as faults and the request log name it, on one account, and how it is carried out."""

    kind: str
    account: str
    run: Callable[[Call], Answer]
    """Raises GraphError where the platform refuses."""
