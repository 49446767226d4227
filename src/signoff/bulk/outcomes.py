"""What becomes of each of many posts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from signoff.kernel.errors import Problem
from signoff.kernel.ids import PostId, UndoId
from signoff.records.deliveries.views import DeliveryView
from signoff.records.states import PostState

Back = Mapping[str, Any]
"""With what one post is taken back, as JSON."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one post: done, or refused with a problem."""

    post_id: PostId
    title: str
    """Empty for a post that isn't there."""
    problem: Problem | None = None
    state: PostState | None = None
    """Where the post stands now; None when it was refused."""
    placed: Sequence[DeliveryView] = ()
    """What scheduling made."""
    back: Back | None = None
    """None: it can't be taken back."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of all of them, in the order in which they were named."""

    outcomes: Sequence[Outcome]
    undo_id: UndoId | None = None
    """Takes back all that was done; None when a part of it can't be."""

    @property
    def done(self) -> list[Outcome]:
        return [each for each in self.outcomes if each.problem is None]

    @property
    def refused(self) -> list[Outcome]:
        return [each for each in self.outcomes if each.problem is not None]
