"""Snippets: the page that lists and keeps them, and what the editor offers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Form
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import NotFound, Problem
from signoff.kernel.ids import BrandId, SnippetId
from signoff.kernel.people import May
from signoff.organizations.brands import list_brands
from signoff.organizations.library.snippets import (
    SnippetDraft,
    archive_snippet,
    change_snippet,
    create_snippet,
    restore_snippet,
)
from signoff.records.library.models import Snippet
from signoff.records.library.placeholders import KNOWN
from signoff.records.library.queries import Offer, get_snippet, list_snippets, offered_snippets
from signoff.web.cookies import Undo
from signoff.web.forms import chosen_id
from signoff.web.library import Shelf, may_keep
from signoff.web.once import new_router
from signoff.web.problems import field_errors
from signoff.web.visit import Looking, Reading, Sending, Visit, local_path

router = new_router("/settings/snippets")

Asked = Annotated[Shelf, Depends(Shelf.of)]


@dataclass(frozen=True, slots=True)
class SnippetForm:
    """What stands in the form, valid or not."""

    name: str = ""
    shortcut: str = ""
    body: str = ""
    brand: str = ""
    """Empty: for every brand."""

    @classmethod
    def of(
        cls,
        name: Annotated[str, Form()] = "",
        shortcut: Annotated[str, Form()] = "",
        body: Annotated[str, Form()] = "",
        brand: Annotated[str, Form()] = "",
    ) -> SnippetForm:
        return cls(name, shortcut, body, brand)

    @property
    def said(self) -> Mapping[str, str]:
        """The fields of a snippet that can be changed."""
        return {"name": self.name, "shortcut": self.shortcut, "body": self.body}


Filled = Annotated[SnippetForm, Depends(SnippetForm.of)]


@router.get("")
async def show_snippets(visit: Looking, shelf: Asked) -> HTMLResponse:
    """List snippets; for a brand with its facts in their places, to copy from."""
    found = await list_snippets(
        visit.runtime, visit.actor, shelf.narrowed, cursor=shelf.cursor or None, limit=50
    )
    offers = {each.id: Offer(each, each.body) for each in found.items}
    if shelf.brand_id and not shelf.is_archived:
        offered = await offered_snippets(visit.runtime, visit.actor, shelf.brand_id)
        offers |= {each.snippet.id: each for each in offered if each.snippet.id in offers}
    return await visit.page(
        "settings/snippets.html",
        "settings",
        shelf=shelf,
        offers=list(offers.values()),
        next_cursor=found.next_cursor,
        may_keep=lambda snippet: may_keep(visit.actor, snippet.brand_id),
    )


@router.get("/offers")
async def show_offers(visit: Reading, brand: str = "") -> HTMLResponse:
    """Give the lines of the editor's list."""
    brand_id = chosen_id(brand)
    if brand_id is None:
        raise NotFound("There is no such brand.")
    offers = await offered_snippets(visit.runtime, visit.actor, BrandId(brand_id))
    return visit.fragment("posts/_offers.html", offers=offers)


@router.get("/new")
async def show_new(visit: Reading, brand: str = "") -> HTMLResponse:
    """Ask for a snippet."""
    visit.actor.need(May.WRITE_POSTS)
    return await _sheet(visit, None, SnippetForm(brand=brand))


@router.post("/new")
async def send_new(visit: Sending, form: Filled) -> Response:
    """Keep a new snippet."""
    brand = chosen_id(form.brand)
    draft = SnippetDraft(form.name, form.body, form.shortcut, BrandId(brand) if brand else None)
    try:
        snippet = await create_snippet(visit.runtime, visit.actor, draft)
    except Problem as problem:
        return await _sheet(visit, None, form, problem)
    return visit.done("/settings/snippets", f"Type /{snippet.shortcut} in a text to put it in.", icon="check")


@router.get("/{snippet_id}")
async def show_snippet(visit: Reading, snippet_id: UUID) -> HTMLResponse:
    """Show a snippet's form."""
    snippet = await get_snippet(visit.runtime, visit.actor, SnippetId(snippet_id))
    form = SnippetForm(snippet.name, snippet.shortcut, snippet.body, str(snippet.brand_id or ""))
    return await _sheet(visit, snippet, form)


@router.post("/{snippet_id}")
async def send_change(
    visit: Sending, snippet_id: UUID, form: Filled, version: Annotated[int, Form()]
) -> Response:
    """Change a snippet."""
    snippet = await get_snippet(visit.runtime, visit.actor, SnippetId(snippet_id))
    try:
        await change_snippet(visit.runtime, visit.actor, snippet.id, form.said, version=version)
    except Problem as problem:
        return await _sheet(visit, snippet, form, problem)
    return visit.done("/settings/snippets", "Saved. Posts that it was put into stay as they are.")


@router.post("/{snippet_id}/archive")
async def send_archive(
    visit: Sending, snippet_id: UUID, version: Annotated[int, Form()], back: Annotated[str, Form()] = ""
) -> Response:
    """Put a snippet away."""
    gone = await archive_snippet(visit.runtime, visit.actor, SnippetId(snippet_id), version=version)
    where = local_path(back, "/settings/snippets")
    undo = Undo(f"/settings/snippets/{snippet_id}/restore", {})
    return visit.done(where, f"“{gone.name}” is archived.", icon="archive", undo=undo)


@router.post("/{snippet_id}/restore")
async def send_restore(visit: Sending, snippet_id: UUID, back: Annotated[str, Form()] = "") -> Response:
    """Get a snippet back."""
    back = local_path(back, "/settings/snippets")
    try:
        found = await restore_snippet(visit.runtime, visit.actor, SnippetId(snippet_id))
    except NotFound:
        raise
    except Problem as problem:
        said = f"{problem.detail} {problem.next_step}".strip()
        return visit.done(back, said, icon="triangle-alert", tone="warn")
    return visit.done(back, f"“{found.name}” is there again.", icon="rotate-ccw")


async def _sheet(
    visit: Visit, snippet: Snippet | None, form: SnippetForm, problem: Problem | None = None
) -> HTMLResponse:
    return await visit.sheet(
        "sheets/snippet.html",
        "settings",
        status=problem.status if problem else 200,
        snippet=snippet,
        form=form,
        problem=problem,
        errors=field_errors(problem),
        placeholders=KNOWN,
        can=snippet is None or (may_keep(visit.actor, snippet.brand_id) and snippet.archived_at is None),
        brands=await list_brands(visit.runtime, visit.actor),
    )
