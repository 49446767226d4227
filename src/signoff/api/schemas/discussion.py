"""Comments and who looks after a review."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import ConfigDict, Field, StrictBool

from signoff.api.schemas.base import In, Out
from signoff.records.posts.discussion import Said, Thread


class CommentIn(In):
    """Something said about a post as it is now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"body": "@Ruth is the price still right?"}]})

    body: str = Field(min_length=1, max_length=5000)
    """“@name” or “@mail address” of a member tells them."""
    in_reply_to: UUID | None = None
    """The comment that is answered."""
    for_client: StrictBool = False
    """Clients may read it; an answer is as its thread is."""


class SettleIn(In):
    """Is the thread settled?"""

    model_config = ConfigDict(json_schema_extra={"examples": [{"settled": True}]})

    settled: StrictBool = True


class AssigneeIn(In):
    """Who looks after the review."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"person_id": None}]})

    person_id: UUID | None = None
    """A member who may decide; null: nobody in particular."""


class CommentOut(Out):
    """What somebody said."""

    id: UUID
    person_id: UUID
    name: str
    body: str
    """Empty when it was withdrawn."""
    revision: int
    """The number of the revision it was said about."""
    for_client: bool
    created_at: datetime
    withdrawn: bool

    @classmethod
    def of(cls, said: Said) -> Self:
        row = said.comment
        is_withdrawn = row.withdrawn_at is not None
        return cls(
            id=row.id,
            person_id=row.person_id,
            name=said.who,
            body="" if is_withdrawn else row.body,
            revision=said.revision,
            for_client=row.is_for_client,
            created_at=row.created_at,
            withdrawn=is_withdrawn,
        )


class ThreadOut(CommentOut):
    """A comment with its answers."""

    settled: bool
    replies: list[CommentOut]

    @classmethod
    def of_thread(cls, thread: Thread) -> Self:
        head = CommentOut.of(thread.head).model_dump()
        return cls(
            **head, settled=thread.is_settled, replies=[CommentOut.of(each) for each in thread.replies]
        )
