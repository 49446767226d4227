"""The checklist `aeo-1`: 0 to 100, the same for the same text on the same day. It never approves anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from signoff.kernel.score.article import machine, readability, structure
from signoff.kernel.score.document import Kind, read_document
from signoff.kernel.score.findings import WEIGHTS, Finding, Measured, Missing, Part
from signoff.kernel.score.ledger import Ledger
from signoff.kernel.score.numbers import phones_in
from signoff.kernel.score.parts import Text, answer, coverage, entity, evidence, stuffing, text_of

VERSION: Final = "aeo-1"
_READY, _NEEDS_WORK = 80, 60
_UNPROVED: Final = 3
_STUB, _ENOUGH, _LONG = 50, 120, 150


class Band(StrEnum):
    """What the number means."""

    READY = "ready"
    NEEDS_WORK = "needs_work"
    NOT_READY = "not_ready"


@dataclass(frozen=True, slots=True)
class Asked:
    """A text, and what it is judged by. `source` is Markdown for pages, plain text for social channels."""

    title: str
    source: str
    is_article: bool
    ledger: Ledger
    as_of: date
    query: str = ""
    verified: frozenset[str] = frozenset()
    """Sentences whose statements a reviewer checked."""
    alts: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """What came out, with every reason."""

    value: int
    parts: Sequence[Measured]
    """Those that apply to this kind of text; a value of None wasn't measured."""
    findings: Sequence[Finding]
    """The most expensive first."""
    missing: Sequence[Missing]
    cap: Finding | None = None
    """Why it can't be more than it is."""
    version: str = VERSION

    @property
    def band(self) -> Band:
        if self.value >= _READY:
            return Band.READY
        return Band.NEEDS_WORK if self.value >= _NEEDS_WORK else Band.NOT_READY


_SOCIAL: Final[dict[Part, Callable[[Text], Measured]]] = {
    Part.ANSWER: answer,
    Part.EVIDENCE: evidence,
    Part.ENTITY: entity,
    Part.COVERAGE: coverage,
}
_ARTICLE: Final = _SOCIAL | {
    Part.STRUCTURE: structure,
    Part.READABILITY: readability,
    Part.MACHINE: machine,
}


def score_of(asked: Asked, *, leave_out: frozenset[Part] = frozenset()) -> Score:
    """Go through the checklist."""
    text = text_of(
        read_document(asked.title, asked.source),
        query=asked.query,
        ledger=asked.ledger,
        as_of=asked.as_of,
        verified=asked.verified,
        alts=asked.alts,
        description=asked.description,
    )
    wanted = _ARTICLE if asked.is_article else _SOCIAL
    parts = [wanted[part](text) for part in Part if part in wanted and part not in leave_out]
    caps = sorted(_caps(text, is_article=asked.is_article), key=lambda cap: cap[0])
    value = _whole(parts)
    cap = caps[0] if caps and caps[0][0] < value else None
    found = [finding for part in parts for finding in part.findings]
    found += [reason for limit, reason in caps if cap is None or limit != cap[0]]
    return Score(
        value=cap[0] if cap else value,
        parts=parts,
        findings=sorted(found, key=lambda finding: -finding.points),
        missing=[each for part in parts for each in part.missing],
        cap=cap[1] if cap else None,
    )


def _whole(parts: Sequence[Measured]) -> int:
    known = [part for part in parts if part.value is not None]
    weights = sum(WEIGHTS[part.part] for part in known)
    return round(100 * sum(part.points for part in known) / weights) if weights else 0


def _caps(text: Text, *, is_article: bool) -> Iterator[tuple[int, Finding]]:
    """Give what limits the whole, whatever the parts say."""
    if not text.document.words:
        yield 0, Finding(Part.ANSWER, 0, "There is no text.", "Write one.")
        return
    if is_article:
        yield from _article_caps(text)
    yield from _entity_caps(text)
    if stuffing(text) >= 1:
        step = "Say it once, then use other words."
        yield 49, Finding(Part.COVERAGE, 0, "The question is repeated again and again.", step, text.query)
    loose = {each.number.value: each.phrase for each in text.numbers if not each.is_supported}
    if len(loose) >= _UNPROVED:
        reason = f"{len(loose)} numbers have no source: {', '.join(list(loose)[:6])}."
        step = "Add them to the brand's facts, link to a source, or take them out."
        yield 69, Finding(Part.EVIDENCE, 0, reason, step, next(iter(loose.values())))


def _article_caps(text: Text) -> Iterator[tuple[int, Finding]]:
    words, kinds = len(text.document.words), {block.kind for block in text.document.blocks}
    if words < _ENOUGH:
        limit = 25 if words < _STUB else 60
        yield limit, Finding(Part.ANSWER, 0, f"Only {words} words.", f"Write at least {_ENOUGH}.")
    if words >= _LONG and not kinds & {Kind.HEADING, Kind.LIST, Kind.TABLE}:
        yield 74, Finding(Part.STRUCTURE, 0, "One long text without headings.", "Divide it.")


def _entity_caps(text: Text) -> Iterator[tuple[int, Finding]]:
    ledger, said = text.ledger, f"{text.document.title} {text.document.body}"
    for digits, start, end in phones_in(said) if ledger.phones else ():
        if digits not in ledger.phones:
            step = "Correct it, or the brand's facts."
            yield 49, Finding(Part.ENTITY, 0, "Not the brand's phone number.", step, said[start:end])
    if ledger.name and ledger.name.lower() not in said.lower():
        yield 49, Finding(Part.ENTITY, 0, "The business isn't named.", f"Name {ledger.name}.")
