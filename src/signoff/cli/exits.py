"""How a command ends, for scripts."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the exit status says."""

    OK = 0
    REFUSED = 1
    """It can't be done; the text says why and what to do."""
    USAGE = 2
    """The command was called wrongly."""
    NOT_REACHABLE = 3
    """Nobody answered; certainly nothing was done."""
    UNKNOWN = 4
    """It may have been done: the answer was lost, or a delivery's outcome isn't known."""


class StoppedError(Exception):
    """The command ends here; `problem` is what the API said, if it was the API."""

    def __init__(
        self, code: Exit, detail: str, *, next_step: str = "", problem: dict[str, object] | None = None
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.next_step = next_step
        self.problem = problem
