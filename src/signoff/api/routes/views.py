"""One's own views of the list of posts."""

from __future__ import annotations

from uuid import UUID

from fastapi import status

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.routing import new_router
from signoff.api.schemas.base import ListOut
from signoff.api.schemas.views import SavedViewIn, SavedViewOut
from signoff.kernel.errors import NotFound
from signoff.kernel.ids import SavedViewId
from signoff.organizations import saved_views

router = new_router("/views", "Posts", NotFound)


@router.get("", summary="List saved views")
async def list_views(actor: CurrentActor, runtime: CurrentRuntime) -> ListOut[SavedViewOut]:
    """Give one's own views by name; nobody else sees them."""
    found = await saved_views.list_views(runtime, actor)
    return ListOut(items=[SavedViewOut.model_validate(view) for view in found])


@router.post("", status_code=status.HTTP_201_CREATED, summary="Save a view")
async def save_view(body: SavedViewIn, actor: CurrentActor, runtime: CurrentRuntime) -> SavedViewOut:
    """Keep filters under a name; a view of that name is replaced."""
    return SavedViewOut.model_validate(await saved_views.save_view(runtime, actor, body.name, body.filters))


@router.delete("/{view_id}", status_code=status.HTTP_204_NO_CONTENT, summary="Delete a view")
async def forget_view(view_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> None:
    """Delete one of one's own views."""
    await saved_views.forget_view(runtime, actor, SavedViewId(view_id))
