"""The page of a brand's cadence and rules, which several forms lead back to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import HTMLResponse

from signoff.kernel.errors import Problem
from signoff.kernel.ids import BrandId
from signoff.kernel.local_time import zone
from signoff.kernel.weekdays import WEEKDAY_NAMES, WEEKDAYS
from signoff.organizations.approval import approval_on_channels, brand_approval
from signoff.organizations.cadence import brand_cadence, cadence_on_channels
from signoff.organizations.channels import list_channels
from signoff.organizations.closed_days import list_closed
from signoff.records.planning.closed_days import as_closed_days
from signoff.web.closed_words import days_in_words
from signoff.web.problems import field_errors
from signoff.web.visit import Visit

_NOTHING_CLOSED: Final = dict.fromkeys(("first", "last", "repeats", "weekdays", "reason", "channel"), "")


async def rules_page(
    visit: Visit,
    brand_id: BrandId,
    *,
    typed: Mapping[str, str] | None = None,
    problem: Problem | None = None,
    approval_typed: Mapping[str, str] | None = None,
    approval_problem: Problem | None = None,
    closed_typed: Mapping[str, Any] | None = None,
    closed_problem: Problem | None = None,
) -> HTMLResponse:
    """Show all rules of a brand; what was typed into the form that was refused stands there again."""
    rules = await brand_cadence(visit.runtime, visit.actor, brand_id)
    approval = await brand_approval(visit.runtime, visit.actor, brand_id)
    channels = await list_channels(visit.runtime, visit.actor, brand_id)
    closed = await list_closed(visit.runtime, visit.actor, brand_id)
    today = visit.runtime.clock.now().astimezone(zone(rules.brand.time_zone)).date()
    refused = problem or approval_problem or closed_problem
    return await visit.page(
        "settings/cadence.html",
        "settings",
        status=refused.status if refused else 200,
        rules=rules,
        given=typed or cadence_inputs(rules.in_force),
        channels=await cadence_on_channels(visit.runtime, visit.actor, brand_id, channels),
        problem=problem,
        errors=field_errors(problem),
        approval=approval,
        approvals=await approval_on_channels(visit.runtime, visit.actor, brand_id, channels),
        approval_given=approval_typed or _approval_inputs(approval.in_force, approval.own),
        approval_problem=approval_problem,
        approval_errors=field_errors(approval_problem),
        closed=closed,
        closed_words={each.row.id: days_in_words(as_closed_days(each.row), today) for each in closed},
        closed_given=closed_typed or _NOTHING_CLOSED,
        weekdays=list(zip(WEEKDAYS, WEEKDAY_NAMES, strict=True)),
        closed_problem=closed_problem,
        closed_errors=field_errors(closed_problem),
    )


def cadence_inputs(rules: Mapping[str, Any]) -> dict[str, str]:
    """Give a cadence as its form shows it."""
    quiet = rules["quiet_hours"] or {"from": "", "to": ""}
    days: dict[str, list[str]] = {}
    for slot in rules["slots"]:
        day, _, clock = slot.partition(" ")
        days.setdefault(day, []).append(clock)
    return {
        "min_gap_minutes": str(rules["min_gap_minutes"] or ""),
        "max_per_day": str(rules["max_per_day"] or ""),
        "quiet_from": quiet["from"],
        "quiet_to": quiet["to"],
        "slots": "\n".join(f"{day} {', '.join(clocks)}" for day, clocks in days.items()),
    }


def _approval_inputs(in_force: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, str]:
    return {
        "approvals": str(in_force["approvals"]),
        "four_eyes": "yes" if in_force["four_eyes"] else "",
        "least_score": str(in_force["least_score"] or ""),
        "stale_after_hours": str(own.get("stale_after_hours", "")),
    }
