"""The audit log: who did what and when, narrowed, exported, and whether it is whole."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Annotated, Final, Self
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.responses import HTMLResponse, StreamingResponse

from signoff.kernel.ids import PersonId
from signoff.kernel.people import May
from signoff.organizations.members import list_members
from signoff.records.overview.audit_export import MOST, export_audit
from signoff.records.overview.audit_names import names_of
from signoff.records.overview.audit_trail import AuditFilter, chain_head, list_audit, verify_audit
from signoff.web import times
from signoff.web.forms import chosen_id
from signoff.web.headers import SANDBOX
from signoff.web.visit import Looking, Reading

router = APIRouter(prefix="/settings/audit")

KINDS: Final = (
    ("post.", "Posts"),
    ("comment.", "Comments"),
    ("delivery.", "Deliveries"),
    ("pause.", "Pauses"),
    ("alert.", "Alerts"),
    ("channel.", "Channels"),
    ("brand.", "Brands"),
    ("cadence.", "Cadence"),
    ("member.", "Members"),
    ("token.", "Tokens"),
    ("person.", "Profiles"),
    ("session.", "Sign-ins"),
)

_SIGNOFF: Final = "signoff"


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the log is narrowed to, as its address says it."""

    action: str = ""
    who: str = ""
    """A person's id, or “signoff” for what happened by itself."""
    since: str = ""
    until: str = ""
    """Days of the viewer's zone."""
    subject: str = ""

    @classmethod
    def of(
        cls,
        action: Annotated[str, Query(max_length=100)] = "",
        who: Annotated[str, Query()] = "",
        since: Annotated[str, Query()] = "",
        until: Annotated[str, Query()] = "",
        subject: Annotated[str, Query()] = "",
    ) -> Self:
        """Read an address; what isn't understood is left out."""
        person = _SIGNOFF if who == _SIGNOFF else str(chosen_id(who) or "")
        since, until = (each if times.day_of(each) else "" for each in (since, until))
        return cls(action, person, since, until, str(chosen_id(subject) or ""))

    def address(self, tail: str = "", **changes: str) -> str:
        """Give the page's address, or that of the file, with some parts changed."""
        chosen = {name: value for name, value in asdict(replace(self, **changes)).items() if value}
        query = urlencode(chosen)
        return f"/settings/audit{tail}{f'?{query}' if query else ''}"

    def wanted(self, zone: str) -> AuditFilter:
        """Give what the audit is asked for."""
        until = times.day_of(self.until)
        person = chosen_id(self.who)
        return AuditFilter(
            action=self.action,
            actor_id=PersonId(person) if person else None,
            by_signoff=self.who == _SIGNOFF,
            subject_id=chosen_id(self.subject),
            since=times.midnight(times.day_of(self.since), zone),
            until=times.midnight(until + timedelta(days=1) if until else None, zone),
        )


Chosen = Annotated[Narrowed, Depends(Narrowed.of)]


@router.get("")
async def show_audit(
    visit: Looking, chosen: Chosen, cursor: str | None = None, verify: str = ""
) -> HTMLResponse:
    """List entries, newest first; with `verify` the whole chain is walked."""
    runtime, actor = visit.runtime, visit.actor
    found = await list_audit(runtime, actor, chosen.wanted(visit.zone), cursor=cursor or None)
    names = await names_of(runtime, actor, found.items)
    return await visit.page(
        "settings/audit.html",
        "settings",
        lines=found.items,
        next_cursor=found.next_cursor,
        chosen=chosen,
        kinds=KINDS,
        people=await list_members(runtime, actor),
        names=names,
        subject_name=_subject_name(chosen, names),
        head=await chain_head(runtime, actor),
        most=MOST,
        verdict=await verify_audit(runtime, actor) if verify else None,
    )


@router.get("/export")
async def download_audit(visit: Reading, chosen: Chosen) -> StreamingResponse:
    """Download what is shown, and all before it, as CSV."""
    visit.actor.need(May.READ_AUDIT)
    pieces = export_audit(visit.runtime, visit.actor, chosen.wanted(visit.zone))
    today = visit.runtime.clock.now().astimezone(times.zone(visit.zone)).date()
    name = quote(f"{visit.signed.organization} audit {today}.csv")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
        "Content-Security-Policy": SANDBOX,
    }
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


def _subject_name(chosen: Narrowed, names: dict[UUID, str]) -> str:
    subject = chosen_id(chosen.subject)
    return names.get(subject, "one object") if subject else ""
