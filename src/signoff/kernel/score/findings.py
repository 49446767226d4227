"""What the checklist says: parts with points, and for what is lost the reason, the phrase, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Part(StrEnum):
    """What is looked at; the weights are in `WEIGHTS`."""

    ANSWER = "answer"
    EVIDENCE = "evidence"
    STRUCTURE = "structure"
    ENTITY = "entity"
    COVERAGE = "coverage"
    READABILITY = "readability"
    MACHINE = "machine"


WEIGHTS: Final[dict[Part, int]] = {
    Part.ANSWER: 25,
    Part.EVIDENCE: 20,
    Part.STRUCTURE: 20,
    Part.ENTITY: 15,
    Part.COVERAGE: 10,
    Part.READABILITY: 5,
    Part.MACHINE: 5,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that costs points."""

    part: Part
    points: float
    """Of the part's weight; 0 where it costs nothing by itself but caps the whole."""
    reason: str
    action: str
    phrase: str = ""
    """The words it is about; empty: something is missing."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that couldn't be measured, and why; it counts neither for nor against the text."""

    part: Part
    reason: str


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a part: what share of its weight is reached, None where it can't be measured."""

    weight: float
    reached: float | None
    reason: str
    action: str = ""
    phrase: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """One part: between 0 and 1, None where nothing of it could be measured."""

    part: Part
    value: float | None
    findings: tuple[Finding, ...] = ()
    missing: tuple[Missing, ...] = ()

    @property
    def points(self) -> float:
        return (self.value or 0.0) * WEIGHTS[self.part]


_WORTH_TELLING: Final = 0.05


def put_together(part: Part, *terms: Term, factor: float = 1.0) -> Measured:
    """Add what was measured; the weights of what wasn't are shared out among the rest."""
    known = [term for term in terms if term.reached is not None]
    missing = tuple(Missing(part, term.reason) for term in terms if term.reached is None)
    whole = sum(term.weight for term in known)
    if not whole:
        return Measured(part, None, (), missing)
    value = sum(term.weight * (term.reached or 0.0) for term in known) / whole * factor
    findings = []
    for term in known:
        lost = (1 - (term.reached or 0.0)) * term.weight / whole * WEIGHTS[part]
        if lost > _WORTH_TELLING:
            findings.append(Finding(part, round(lost, 1), term.reason, term.action, term.phrase))
    return Measured(part, value, tuple(findings), missing)


def clamp(value: float) -> float:
    """Keep a share between 0 and 1."""
    return min(1.0, max(0.0, value))
