"""Days without posts: adding them beside the cadence, and lifting them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form
from starlette.responses import Response

from signoff.kernel.closed_days import Repeats
from signoff.kernel.errors import Invalid, Problem
from signoff.kernel.ids import BrandId, ChannelId, ClosedDaysId
from signoff.organizations.closed_days import close_days, open_days
from signoff.organizations.closed_fields import ClosedDraft
from signoff.web.forms import chosen_id
from signoff.web.once import new_router
from signoff.web.rules_page import rules_page
from signoff.web.visit import Sending

router = new_router("/settings/cadence/{brand_id}/closed-days")


@dataclass(frozen=True, slots=True)
class DaysForm:
    """What was typed."""

    first: str
    last: str
    repeats: str
    weekdays: Sequence[str]
    reason: str
    channel: str

    @classmethod
    def of(
        cls,
        *,
        first: Annotated[str, Form()] = "",
        last: Annotated[str, Form()] = "",
        repeats: Annotated[str, Form()] = "",
        weekday: Annotated[list[str] | None, Form(max_length=7)] = None,
        reason: Annotated[str, Form()] = "",
        channel: Annotated[str, Form()] = "",
    ) -> DaysForm:
        return cls(first, last, repeats, weekday or (), reason, channel)

    def draft(self) -> ClosedDraft:
        """Read it.

        Raises:
            Invalid: A day isn't one.
        """
        repeats = Repeats(self.repeats) if self.repeats in set(Repeats) else Repeats.NEVER
        channel = chosen_id(self.channel)
        return ClosedDraft(
            _day(self.first, "first"),
            self.reason,
            _day(self.last, "last"),
            ChannelId(channel) if channel else None,
            repeats,
            # Hidden boxes may still be ticked.
            self.weekdays if repeats is Repeats.WEEKLY else (),
        )


@router.post("")
async def send_days(
    visit: Sending, brand_id: UUID, form: Annotated[DaysForm, Depends(DaysForm.of)]
) -> Response:
    """Keep days free of posts."""
    brand = BrandId(brand_id)
    try:
        await close_days(visit.runtime, visit.actor, brand, form.draft())
    except Problem as problem:
        return await rules_page(visit, brand, closed_typed=asdict(form), closed_problem=problem)
    said = "Saved. What is scheduled there already stays; the calendar shows it."
    return visit.done(f"/settings/cadence/{brand_id}#closed", said, icon="calendar-x")


@router.post("/{closed_id}/remove")
async def send_removal(visit: Sending, brand_id: UUID, closed_id: UUID) -> Response:
    """Let posts go out on these days again."""
    try:
        await open_days(visit.runtime, visit.actor, BrandId(brand_id), ClosedDaysId(closed_id))
    except Problem as problem:
        return await rules_page(visit, BrandId(brand_id), closed_problem=problem)
    return visit.done(f"/settings/cadence/{brand_id}#closed", "Posts go out on these days again.")


def _day(typed: str, field: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip()) if typed.strip() else None
    except ValueError:
        raise Invalid("Choose a day.", field=field) from None
