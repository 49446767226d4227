"""The audit log: who did what and when, and whether it is whole."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from signoff.records.audit_trail import list_audit, verify_audit
from signoff.web.visit import Reading

router = APIRouter(prefix="/settings/audit")

KINDS: Final = (
    ("", "Everything"),
    ("post.", "Posts"),
    ("delivery.", "Deliveries"),
    ("channel.", "Channels"),
    ("brand.", "Brands"),
    ("member.", "Members"),
    ("token.", "Tokens"),
    ("session.", "Sign-ins"),
    ("pause.", "Pauses"),
)


@router.get("")
async def show_audit(
    visit: Reading, action: str = "", cursor: str | None = None, verify: str = ""
) -> HTMLResponse:
    """List entries, newest first; with `verify` the whole chain is walked."""
    found = await list_audit(visit.runtime, visit.actor, action=action, cursor=cursor or None)
    verdict = await verify_audit(visit.runtime, visit.actor) if verify else None
    return await visit.page(
        "settings/audit.html",
        "settings",
        lines=found.items,
        next_cursor=found.next_cursor,
        action=action,
        kinds=KINDS,
        verdict=verdict,
    )
