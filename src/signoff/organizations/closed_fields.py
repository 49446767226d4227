"""What days without posts must look like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from signoff.kernel.closed_days import ClosedDays, Repeats
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import ChannelId
from signoff.kernel.weekdays import WEEKDAYS
from signoff.organizations.lines import one_line
from signoff.organizations.opening_hours import weekdays

_DAY: Final = timedelta(days=1)
_LONGEST: Final = {Repeats.NEVER: timedelta(days=366), Repeats.YEARLY: timedelta(days=365)}
_MOST_CHARS: Final = 200


@dataclass(frozen=True, slots=True)
class ClosedDraft:
    """What shall be closed. The last day is included; without one it is one day, or weekdays have no end."""

    first: date | None
    """None: from today on; for weekdays only."""
    reason: str
    last: date | None = None
    channel_id: ChannelId | None = None
    repeats: Repeats = Repeats.NEVER
    weekdays: Sequence[str] = ()
    """Mo to Su; also spans, as Mo-Fr."""


def checked(draft: ClosedDraft, today: date) -> ClosedDays:
    """Give the days as they are kept.

    Raises:
        Invalid: `errors` names every field that is wrong, with what it must be.
    """
    check = _Check(draft, today)
    days = ClosedDays(check.first(), check.last(), check.reason(), draft.repeats, check.weekdays())
    if not check.errors and draft.repeats is Repeats.WEEKLY and not _comes(days):
        check.refuse("last", "Up to that day none of these weekdays comes.")
    if check.errors:
        raise Invalid(" ".join(error["message"] for error in check.errors), errors=check.errors)
    return days


@dataclass(slots=True)
class _Check:
    """Looks at one field after the other, and remembers what is wrong."""

    draft: ClosedDraft
    today: date
    errors: list[dict[str, str]] = field(default_factory=list)

    def refuse(self, name: str, message: str) -> None:
        self.errors.append({"field": name, "message": message})

    def first(self) -> date:
        if self.draft.first is None and self.draft.repeats is not Repeats.WEEKLY:
            self.refuse("first", "Choose a day.")
        return self.draft.first or self.today

    def last(self) -> date | None:
        first, repeats = self.draft.first or self.today, self.draft.repeats
        is_endless = self.draft.last is None and repeats is Repeats.WEEKLY
        last = self.draft.last or first
        longest = _LONGEST.get(repeats)
        if last < first or (longest and last - first >= longest):
            within = ", and within a year" if longest else ""
            self.refuse("last", f"The last day is not before the first{within}.")
        elif last < self.today - _DAY and repeats is not Repeats.YEARLY and not is_endless:
            self.refuse("last", "These days are over.")
        return None if is_endless else last

    def reason(self) -> str:
        reason = one_line(self.draft.reason)
        if not 0 < len(reason) <= _MOST_CHARS:
            self.refuse("reason", f"Say why, in at most {_MOST_CHARS} characters.")
        return reason

    def weekdays(self) -> tuple[int, ...]:
        try:
            named = weekdays(",".join(self.draft.weekdays)) if self.draft.weekdays else []
        except ValueError as trouble:
            self.refuse("weekdays", str(trouble))
            return ()
        if self.draft.repeats is not Repeats.WEEKLY:
            if named:
                self.refuse("weekdays", "Weekdays are for what comes every week.")
        elif not named:
            self.refuse("weekdays", "Choose at least one day of the week.")
        elif len(named) == len(WEEKDAYS):
            self.refuse(
                "weekdays", "Leave a day of the week for posts; to stop all of them, pause the brand."
            )
        return tuple(WEEKDAYS.index(day) for day in named)


def _comes(days: ClosedDays) -> bool:
    ahead = min((day - days.first.weekday()) % len(WEEKDAYS) for day in days.weekdays)
    return days.last is None or (days.last - days.first).days >= ahead
