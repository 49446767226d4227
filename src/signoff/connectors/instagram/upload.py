"""The upload behind a post: Instagram's "container", as it stands in the checkpoint and on the platform."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from signoff.connectors.base import Checkpoint
from signoff.connectors.graph.api import Answer, GraphSession
from signoff.connectors.graph.errors import Gone
from signoff.connectors.graph.moments import LONG_AGO, read_moment

LIFE: Final = timedelta(hours=24)
_MARGIN: Final = timedelta(minutes=10)


class Status(StrEnum):
    """What Instagram says of an upload. The last two are our words for what it doesn't say."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    ERROR = "ERROR"
    EXPIRED = "EXPIRED"
    PUBLISHED = "PUBLISHED"
    NOT_FOUND = "not found"
    UNHEARD_OF = "unheard of"


@dataclass(frozen=True, slots=True)
class Upload:
    """Ids made so far. `items` are the pictures of a carousel, each an upload of its own."""

    container: str = ""
    items: tuple[str, ...] = ()
    made_at: datetime = LONG_AGO
    """When the oldest of them was made, by our clock."""

    def is_old(self, now: datetime) -> bool:
        """Tell whether its 24 hours are over, or as good as over."""
        return now - self.made_at >= LIFE - _MARGIN

    def to_checkpoint(self) -> Checkpoint:
        return {"container": self.container, "items": list(self.items), "made_at": self.made_at.isoformat()}


def read_upload(checkpoint: Checkpoint) -> Upload:
    """Read what was kept; an empty checkpoint is an upload that hasn't begun."""
    if not checkpoint:
        return Upload()
    return Upload(
        container=str(checkpoint.get("container", "")),
        items=tuple(str(item) for item in checkpoint.get("items", ())),
        made_at=read_moment(checkpoint.get("made_at")),
    )


@dataclass(frozen=True, slots=True)
class State:
    """The status of an upload, in Instagram's words, too, and the answer it came with."""

    status: Status
    words: str = ""
    answer: Answer | None = None


async def read_state(session: GraphSession, upload: Upload) -> State:
    """Ask what has become of an upload.

    Raises:
        TryLater, Throttled, Reconnect, Refused: It can't be asked now.
    """
    try:
        answer = await session.get(upload.container, fields="status_code,status")
    except Gone as problem:
        return State(Status.NOT_FOUND, problem.detail)
    code = answer.text("status_code")
    known = Status(code) if code in _TOLD else Status.UNHEARD_OF
    return State(known, answer.text("status") or code, answer)


_TOLD: Final = frozenset(Status) - {Status.NOT_FOUND, Status.UNHEARD_OF}
