"""Who did what and when."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.lists import Cursor, Limit
from signoff.api.routing import new_router
from signoff.api.schemas.base import Moment, PageOut
from signoff.api.schemas.operation import AuditEntryOut, VerificationOut
from signoff.kernel.ids import PersonId, PostId
from signoff.records.overview import audit_trail
from signoff.records.overview.audit_trail import AuditFilter

router = new_router("/audit", "Audit")


@router.get("", summary="Read the audit")
async def read_audit(
    *,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    action: Annotated[
        str,
        Query(max_length=100, description="Such as post.approve; with a dot at the end, all that begin so."),
    ] = "",
    subject: Annotated[UUID | None, Query(description="What was changed.")] = None,
    post: Annotated[UUID | None, Query(description="Everything that belongs to this post.")] = None,
    person: Annotated[UUID | None, Query(description="What this person did.")] = None,
    since: Annotated[Moment | None, Query(alias="from", description="Then or later.")] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Before.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[AuditEntryOut]:
    """List entries, newest first."""
    wanted = AuditFilter(
        action=action,
        actor_id=PersonId(person) if person else None,
        subject_id=subject,
        post_id=PostId(post) if post else None,
        since=since,
        until=until,
    )
    page = await audit_trail.list_audit(runtime, actor, wanted, cursor=cursor, limit=limit)
    return PageOut(items=[AuditEntryOut.of(line) for line in page.items], next_cursor=page.next_cursor)


@router.get("/verify", summary="Check that the audit is whole")
async def verify_audit(actor: CurrentActor, runtime: CurrentRuntime) -> VerificationOut:
    """Walk the whole chain; an edited, removed or reordered entry is found."""
    return VerificationOut.model_validate(await audit_trail.verify_audit(runtime, actor))
