"""Walking through everything that can happen, breadth first, so that a story of harm is a shortest one."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from signoff.records.states import DeliveryState
from tests.protocol.model import CLAIMS_MAX, At, Protocol, State

_ENDS: Final = frozenset(
    {
        DeliveryState.PUBLISHED,
        DeliveryState.CANCELLED,
        DeliveryState.FAILED,
        DeliveryState.RECOVERED,
        DeliveryState.MANUAL_RECOVERY_NEEDED,
    }
)
_SAYS_NOT_OUT: Final = frozenset({DeliveryState.CANCELLED, DeliveryState.FAILED, DeliveryState.RECOVERED})


class Harm(StrEnum):
    """A promise that is broken."""

    TWICE = "out twice"
    UNAPPROVED = "out unapproved"
    BY_MACHINE = "a person's, and sent by a worker"
    UNKNOWN = "out, and on record as not out"


@dataclass
class Explored:
    """Every state that can be reached, and the shortest way to each harm."""

    states: set[State] = field(default_factory=set)
    harms: dict[Harm, str] = field(default_factory=dict)
    dead_ends: int = 0
    """States from which no end can be reached unless people step in."""

    @property
    def public_harm(self) -> str:
        """How a post gets out twice or unapproved; empty if that can't be."""
        return "".join(story for harm, story in self.harms.items() if harm is not Harm.UNKNOWN)


def explore(protocol: Protocol) -> Explored:
    """Try every order of events, until the public sees harm."""
    starts = [State(), State(is_by_hand=True)]
    found = Explored(set(starts))
    todo = list(starts)
    came_from: dict[State, tuple[State, str]] = {}
    before: dict[State, list[State]] = {}
    for state in todo:  # grows while it is walked
        by_itself = list(protocol.steps(state))
        for _, after in by_itself:
            before.setdefault(after, []).append(state)
        for words, after in [*by_itself, *protocol.interventions(state)]:
            if after in found.states:
                continue
            found.states.add(after)
            came_from[after] = (state, words)
            harm = _harm(after)
            if harm is None:
                todo.append(after)
            elif harm not in found.harms:
                found.harms[harm] = _story(after, came_from)
                if harm is not Harm.UNKNOWN:
                    return found
    found.dead_ends = _dead_ends(found.states, before)
    return found


def _harm(state: State) -> Harm | None:
    if state.visible > 1:
        return Harm.TWICE
    if state.unapproved:
        return Harm.UNAPPROVED
    if state.is_by_hand and any(worker.is_calling for worker in state.workers):
        return Harm.BY_MACHINE
    if state.is_done:
        return None  # who published it has its address
    is_idle = all(worker.at is At.IDLE for worker in state.workers)
    return Harm.UNKNOWN if state.visible and is_idle and state.delivery in _SAYS_NOT_OUT else None


def _story(state: State, came_from: dict[State, tuple[State, str]]) -> str:
    steps = []
    while state in came_from:
        state, words = came_from[state]
        steps.append(words)
    return ", ".join(reversed(steps)).replace(" '", "'")


def _dead_ends(states: set[State], before: dict[State, list[State]]) -> int:
    """States from which nothing leads to an end, other than for want of another claim."""
    good = {state for state in states if state.delivery in _ENDS}
    todo = list(good)
    while todo:
        for earlier in before.get(todo.pop(), ()):
            if earlier not in good:
                good.add(earlier)
                todo.append(earlier)
    return sum(state.claims < CLAIMS_MAX for state in states - good)
