"""When to publish, as forms say it: now, at a local time of the brand, or not yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import Form

from signoff.kernel.ids import ChannelId
from signoff.records.placement import Schedule


@dataclass(frozen=True, slots=True)
class DueForm:
    """The fields of parts/due.html."""

    when: str = ""
    due_local: str = ""
    due_choice: str = ""
    """Where a time happens twice: the one that is meant, with its offset."""

    @classmethod
    def of(
        cls,
        when: Annotated[str, Form()] = "",
        due_local: Annotated[str, Form()] = "",
        due_choice: Annotated[str, Form()] = "",
    ) -> Self:
        return cls(when, due_local, due_choice)

    @property
    def local(self) -> str:
        """The time as chosen; the choice counts only for the time it was offered for."""
        return self.due_choice if self.due_choice[:16] == self.due_local[:16] else self.due_local

    def schedule(
        self, channels: Sequence[ChannelId] | None = None, *, again: bool = False
    ) -> Schedule | None:
        """Give what was asked for; None: nothing is scheduled yet."""
        if self.when == "now":
            return Schedule(channels, now=True, again=again)
        if self.when == "at":
            return Schedule(channels, due_local=self.local, again=again)
        return None
