"""The versions of a post: what changed from one to another, and bringing one back."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Form
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import NotFound, Problem
from signoff.kernel.ids import BrandId, PostId
from signoff.organizations.channels import list_channels
from signoff.pipeline.draft.bring_back import bring_back
from signoff.records.posts.queries import get_post
from signoff.records.posts.versions import list_versions, version_of
from signoff.records.states import PostState
from signoff.web.editor_page import may_edit
from signoff.web.once import new_router
from signoff.web.versions import compare_versions
from signoff.web.visit import Looking, Sending, Visit

router = new_router("/posts")


@router.get("/{post_id}/versions")
async def show_versions(visit: Looking, post_id: UUID, old: str = "", new: str = "") -> HTMLResponse:
    """Compare two versions; to begin with, the latest with the one before it."""
    return await _page(visit, PostId(post_id), (old, new))


@router.post("/{post_id}/versions/{number}/restore")
async def send_restore(
    visit: Sending, post_id: UUID, number: int, version: Annotated[int, Form()]
) -> Response:
    """Make a new version with the content of an earlier one."""
    try:
        view = await bring_back(visit.runtime, visit.actor, PostId(post_id), number, version=version)
    except NotFound:
        raise
    except Problem as problem:
        return await _page(visit, PostId(post_id), ("", ""), problem)
    said = f"Version {number} is back, as version {view.revision.number}."
    return visit.done(f"/posts/{post_id}/edit", said, icon="rotate-ccw")


async def _page(
    visit: Visit, post_id: PostId, chosen: tuple[str, str], problem: Problem | None = None
) -> HTMLResponse:
    view = await get_post(visit.runtime, visit.actor, post_id)
    versions = await list_versions(visit.runtime, visit.actor, post_id)
    latest = versions[0].revision.number
    new = int(chosen[1]) if chosen[1].isdecimal() else latest
    old = int(chosen[0]) if chosen[0].isdecimal() else max(1, new - 1)
    before, after = version_of(versions, old), version_of(versions, new)
    channels = await list_channels(visit.runtime, visit.actor, BrandId(view.brand.id))
    return await visit.page(
        "posts/versions.html",
        "posts",
        status=problem.status if problem else 200,
        view=view,
        versions=versions,
        before=before,
        after=after,
        change=compare_versions(
            before.revision, after.revision, {channel.id: channel for channel in channels}
        ),
        can_restore=view.post.state is PostState.DRAFT and may_edit(visit, view),
        problem=problem,
    )
