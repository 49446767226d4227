"""What helps a reviewer: the score with its reasons, statements to check, decisions about several posts."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from signoff.api.schemas.base import In, Out
from signoff.api.schemas.bulk import RefusalOut
from signoff.api.schemas.reviews import DecidedOut
from signoff.bulk.decide import Decisions
from signoff.kernel.people import Actor
from signoff.kernel.score.findings import WEIGHTS, Finding
from signoff.kernel.score.score import Band, Score
from signoff.kernel.score.statements import Claim
from signoff.pipeline.review.decide_many import MOST, Result
from signoff.records.posts.readiness import Readiness, ToCheck
from signoff.records.states import Verdict


class PartOut(Out):
    """One part of the score."""

    name: str
    weight: int
    percent: int | None
    """How much of it is reached; null: it couldn't be measured."""


class FindingOut(Out):
    """Something that costs points."""

    part: str
    points: float
    reason: str
    action: str
    phrase: str
    """The words it is about; empty: something is missing."""


class MissingOut(Out):
    """Something that couldn't be measured, and why."""

    part: str
    reason: str


class ScoreOut(Out):
    """A checklist with reasons, 0 to 100. It never approves anything."""

    version: str
    value: int
    band: Band
    parts: list[PartOut]
    findings: list[FindingOut]
    """The most expensive first."""
    not_measured: list[MissingOut]
    capped_by: FindingOut | None
    """Why it can't be more."""

    @classmethod
    def of(cls, score: Score) -> ScoreOut:
        return cls(
            version=score.version,
            value=score.value,
            band=score.band,
            parts=[
                PartOut(
                    name=each.part,
                    weight=WEIGHTS[each.part],
                    percent=None if each.value is None else round(each.value * 100),
                )
                for each in score.parts
            ],
            findings=[_finding(each) for each in score.findings],
            not_measured=[MissingOut(part=each.part, reason=each.reason) for each in score.missing],
            capped_by=_finding(score.cap) if score.cap else None,
        )


def _finding(found: Finding) -> FindingOut:
    return FindingOut(
        part=found.part, points=found.points, reason=found.reason, action=found.action, phrase=found.phrase
    )


class SourceOut(Out):
    """What a statement rests on."""

    label: str
    text: str


class StatementOut(Out):
    """A sentence that states facts."""

    key: str
    sentence: str
    claims: list[Claim]
    sources: list[SourceOut]
    """From the brand's facts, or a link in the sentence."""
    open_phrases: list[str]
    """What nothing on record proves."""
    checked_by: str
    """Who vouched for it in this version; empty: nobody yet."""
    checked_at: datetime | None

    @classmethod
    def of(cls, each: ToCheck) -> StatementOut:
        said = each.statement
        return cls(
            key=said.key,
            sentence=said.sentence,
            claims=list(said.claims),
            sources=[SourceOut(label=source.label, text=source.text) for source in said.sources],
            open_phrases=list(said.open_phrases),
            checked_by=each.checked_by,
            checked_at=each.checked_at,
        )


class ReadinessOut(Out):
    """Score and statements of a post's present version."""

    seen: str
    """The fingerprint they belong to; empty for a post that was never handed in."""
    score: ScoreOut
    statements: list[StatementOut]

    @classmethod
    def of(cls, found: Readiness) -> ReadinessOut:
        return cls(
            seen=found.seen,
            score=ScoreOut.of(found.score),
            statements=[StatementOut.of(each) for each in found.statements],
        )


class CheckIn(In):
    """A mark on a statement."""

    seen: str = Field(pattern="^[0-9a-f]{64}$")
    """`seen` of what was looked at."""
    checked: bool = True
    """False takes the mark back."""


class LookedIn(In):
    """A post and what was seen of it."""

    post_id: UUID
    seen: str = Field(pattern="^[0-9a-f]{64}$")
    facts_confirmed: bool = False


class DecisionsIn(In):
    """One verdict about several posts."""

    verdict: Verdict
    comment: str = Field(default="", max_length=5000)
    posts: list[LookedIn] = Field(min_length=1, max_length=MOST)


class ResultOut(Out):
    """What became of one of them."""

    post_id: UUID
    decided: DecidedOut | None
    refused: RefusalOut | None

    @classmethod
    def of(cls, result: Result, by: Actor) -> ResultOut:
        return cls(
            post_id=result.post_id,
            decided=DecidedOut.of(result.decided, by) if result.decided else None,
            refused=RefusalOut.of(result.problem) if result.problem else None,
        )


class DecisionsOut(Out):
    """What became of each, in the order in which they were named."""

    items: list[ResultOut]
    undo_id: UUID | None
    """Takes back all of these decisions, for a day; null: none was made."""

    @classmethod
    def of(cls, decisions: Decisions, by: Actor) -> DecisionsOut:
        return cls(items=[ResultOut.of(each, by) for each in decisions.results], undo_id=decisions.undo_id)
