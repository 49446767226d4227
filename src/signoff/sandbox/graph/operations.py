"""What a call turns out to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from signoff.sandbox.graph.calls import Call

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """A kind of call, as faults and the request log name it, on one account, and how it is carried out."""

    kind: str
    account: str
    run: Callable[[Call], Answer]
    """Raises GraphError where the platform refuses."""
