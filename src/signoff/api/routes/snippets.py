"""Snippets: short pieces of text, put in where they are needed."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Response, status

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.lists import Cursor, Limit
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.api.schemas.base import PageOut
from signoff.api.schemas.library import SnippetChangesIn, SnippetIn, SnippetOut, SnippetTextOut
from signoff.api.versions import BasedOn, tag
from signoff.kernel.errors import NotFound, VersionChanged, VersionMissing, WrongState
from signoff.kernel.ids import BrandId, SnippetId
from signoff.organizations.library import snippets
from signoff.records.library import queries
from signoff.records.library.models import Snippet
from signoff.records.library.queries import Narrowed

router = new_router("/snippets", "Templates and snippets", NotFound)


def narrowed(
    *,
    brand: Annotated[UUID | None, Query(description="Those that this brand can use.")] = None,
    search: Annotated[str, Query(description="In name, shortcut or text.", max_length=200)] = "",
    archived: Annotated[bool, Query(description="Those that were put away instead.")] = False,
) -> Narrowed:
    """Read what a list is narrowed to."""
    return Narrowed(BrandId(brand) if brand else None, search, archived)


Shown = Annotated[Narrowed, Depends(narrowed)]


def _answer(response: Response, snippet: Snippet) -> SnippetOut:
    tag(response, snippet.version)
    return SnippetOut.model_validate(snippet)


@router.get("", summary="List snippets")
async def list_snippets(
    shown: Shown, actor: CurrentActor, runtime: CurrentRuntime, cursor: Cursor = None, limit: Limit = 50
) -> PageOut[SnippetOut]:
    """Give the snippets by name: those for every brand, and those of the brands that one sees."""
    page = await queries.list_snippets(runtime, actor, shown, cursor=cursor, limit=limit)
    return PageOut(
        items=[SnippetOut.model_validate(each) for each in page.items], next_cursor=page.next_cursor
    )


@router.post("", status_code=status.HTTP_201_CREATED, summary="Keep a snippet")
async def add_snippet(
    body: SnippetIn, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> SnippetOut:
    """Keep a piece of text for a brand; for every brand that takes an admin."""
    snippet = await snippets.create_snippet(runtime, actor, snippets.SnippetDraft(**body.model_dump()))
    response.headers["Location"] = f"/api/v1/snippets/{snippet.id}"
    return _answer(response, snippet)


@router.get("/{snippet_id}", summary="Read a snippet")
async def read_snippet(
    snippet_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> SnippetOut:
    """Give one snippet, with its placeholders."""
    return _answer(response, await queries.get_snippet(runtime, actor, SnippetId(snippet_id)))


@router.get("/{snippet_id}/text", summary="Read what a snippet stands for")
async def read_snippet_text(
    snippet_id: UUID,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    brand: Annotated[UUID | None, Query(description="Whose facts; needed if it is for every brand.")] = None,
) -> SnippetTextOut:
    """Give the literal text, with a brand's facts in their places; 422 names what the brand lacks."""
    brand_id = BrandId(brand) if brand else None
    return SnippetTextOut(text=await queries.snippet_text(runtime, actor, SnippetId(snippet_id), brand_id))


@router.patch(
    "/{snippet_id}",
    summary="Change a snippet",
    responses=problems(WrongState, VersionChanged, VersionMissing),
)
async def change_snippet(
    snippet_id: UUID,
    body: SnippetChangesIn,
    version: BasedOn,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    response: Response,
) -> SnippetOut:
    """Change what is given. Texts that it was put into stay as they are."""
    changes = body.model_dump(exclude_none=True)
    changed = await snippets.change_snippet(runtime, actor, SnippetId(snippet_id), changes, version=version)
    return _answer(response, changed)


@router.delete(
    "/{snippet_id}", summary="Archive a snippet", responses=problems(VersionChanged, VersionMissing)
)
async def archive_snippet(
    snippet_id: UUID, version: BasedOn, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> SnippetOut:
    """Put a snippet away; it can be restored."""
    return _answer(
        response, await snippets.archive_snippet(runtime, actor, SnippetId(snippet_id), version=version)
    )


@router.post("/{snippet_id}/restore", summary="Get a snippet back", responses=problems(WrongState))
async def restore_snippet(
    snippet_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> SnippetOut:
    """Bring an archived snippet back; 409 if another one has its shortcut meanwhile."""
    return _answer(response, await snippets.restore_snippet(runtime, actor, SnippetId(snippet_id)))
