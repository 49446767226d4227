"""The same thing done with many posts, and taken back."""

from __future__ import annotations

from uuid import UUID

from pydantic import ConfigDict, Field

from signoff.api.problems import TYPE_PREFIX
from signoff.api.schemas.base import In, Out
from signoff.api.schemas.deliveries import DeliveryOut
from signoff.bulk.actions import BulkAction, Wanted
from signoff.bulk.change import MOST
from signoff.bulk.outcomes import Batch, Outcome
from signoff.kernel.errors import Problem
from signoff.kernel.ids import PersonId
from signoff.records.states import PostState


class BulkIn(In):
    """What is done with each of many posts."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"action": "tag", "posts": ["01980c7a-7bb0-7c3e-9a7b-2f6d1c0e8a11"], "tags": ["w"]}]
        }
    )

    action: BulkAction
    """`schedule` takes approved posts to the next free of their channels' best times."""
    posts: list[UUID] = Field(min_length=1, max_length=MOST)
    reason: str = Field(default="", max_length=5000)
    """Of `archive`."""
    person_id: UUID | None = None
    """Whom `assign` gives them to; null: nobody in particular."""
    tags: list[str] = Field(default_factory=list, max_length=50)
    """What `tag` adds and `untag` removes; the other tags stay."""

    def wanted(self) -> Wanted:
        return Wanted(
            self.action, self.reason, PersonId(self.person_id) if self.person_id else None, tuple(self.tags)
        )


class RefusalOut(Out):
    """Why one of them wasn't done."""

    status: int
    type: str
    detail: str
    next_step: str

    @classmethod
    def of(cls, problem: Problem) -> RefusalOut:
        return cls(
            status=problem.status,
            type=TYPE_PREFIX + problem.type,
            detail=problem.detail,
            next_step=problem.next_step,
        )


class OutcomeOut(Out):
    """What became of one post."""

    post_id: UUID
    title: str
    state: PostState | None
    """Where it stands now; null: it was refused, and is as it was."""
    deliveries: list[DeliveryOut]
    """Made by `schedule`."""
    refused: RefusalOut | None

    @classmethod
    def of(cls, outcome: Outcome) -> OutcomeOut:
        return cls(
            post_id=outcome.post_id,
            title=outcome.title,
            state=outcome.state,
            deliveries=[DeliveryOut.of(view) for view in outcome.placed],
            refused=RefusalOut.of(outcome.problem) if outcome.problem else None,
        )


class BatchOut(Out):
    """What became of each, in the order in which they were named."""

    items: list[OutcomeOut]
    undo_id: UUID | None
    """Takes back all that was done, for a day; null: a part of it can't be."""

    @classmethod
    def of(cls, batch: Batch) -> BatchOut:
        return cls(items=[OutcomeOut.of(each) for each in batch.outcomes], undo_id=batch.undo_id)
