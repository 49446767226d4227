"""What is sent to people, and what a way to reach them promises."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from signoff.kernel.errors import Problem, Unavailable


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that needs a person: what happened, why, what to do, and where."""

    title: str
    cause: str
    next_step: str
    link: str
    """Address of the page where it can be put right."""
    recipients: tuple[str, ...]
    key: str
    """The same for every try to deliver this notice, so that a repeated mail can be recognised."""
    count: int = 1
    """How many alerts of the same kind are folded into this one."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one person: a sign-in link, an invitation."""

    to: str
    subject: str
    text: str


class TemporaryFailure(Unavailable):
    """Some people weren't reached; trying again for just them can help."""

    def __init__(self, detail: str, *, recipients: Sequence[str], refused: Sequence[str] = ()) -> None:
        super().__init__(
            detail,
            next_step="It is tried again. If that goes on, check the mail settings (SIGNOFF_SMTP_URL).",
        )
        self.recipients = tuple(recipients)
        """Whom to try again."""
        self.refused = tuple(refused)
        """Who can't be reached, now or later."""


class PermanentFailure(Problem):
    """Nobody is left to try again: the rest was reached, and these can't be."""

    status: ClassVar[int] = 422
    type: ClassVar[str] = "mail-refused"
    title: ClassVar[str] = "The mail can't be delivered"

    def __init__(self, detail: str, *, refused: Sequence[str], next_step: str) -> None:
        super().__init__(detail, next_step=next_step)
        self.refused = tuple(refused)


class Route(Protocol):
    """A way to reach people."""

    @property
    def is_configured(self) -> bool:
        """Tell whether anything leaves the page; `doctor` and the invitation page ask."""
        ...

    async def deliver(self, notice: Notice) -> None:
        """Send a notice to each of its recipients. May repeat what a lost answer left in doubt.

        Raises:
            TemporaryFailure: For those who can be tried again.
            PermanentFailure: For those who can't.
        """
        ...

    async def send(self, letter: Letter) -> None:
        """Send a letter. Raises as `deliver` does."""
        ...
