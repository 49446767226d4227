"""Writing posts, and what authors do with them."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response, status

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.lists import Cursor, Limit
from signoff.api.pictures import media_uses
from signoff.api.problems import problems
from signoff.api.routing import new_router
from signoff.api.schemas.base import ListOut, Moment, PageOut
from signoff.api.schemas.post_requests import ArchiveIn, PostChangesIn, PostIn, PostMediaIn, SubmitIn
from signoff.api.schemas.posts import PostOut, RevisionOut
from signoff.api.versions import BasedOn, tag
from signoff.api.writing import changes_of, draft_of
from signoff.kernel.errors import NotFound, OverLimit, VersionChanged, VersionMissing, WrongState
from signoff.kernel.ids import BrandId, ChannelId, PersonId, PostId
from signoff.pipeline.draft.bring_back import bring_back
from signoff.pipeline.draft.edit import delete_post, edit_post
from signoff.pipeline.draft.write import create_post, duplicate_post
from signoff.pipeline.review.archive import archive, restore
from signoff.pipeline.review.submit import submit
from signoff.records.deliveries.views import PostView
from signoff.records.posts import listing, queries
from signoff.records.states import PostState

router = new_router("/posts", "Posts", NotFound)

_EDITS: dict[int | str, dict[str, Any]] = problems(WrongState, VersionChanged, VersionMissing)


def _answer(response: Response, view: PostView) -> PostOut:
    tag(response, view.post.version)
    return PostOut.of(view)


@router.get("", summary="List posts")
async def list_posts(
    *,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    state: Annotated[PostState | None, Query(description="Without it: all but archived ones.")] = None,
    brand: Annotated[UUID | None, Query(description="Of this brand.")] = None,
    channel: Annotated[UUID | None, Query(description="For this channel.")] = None,
    author: Annotated[UUID | None, Query(description="By this person.")] = None,
    assignee: Annotated[UUID | None, Query(description="Whose review this person looks after.")] = None,
    tag: Annotated[str | None, Query(description="With this tag.", max_length=200)] = None,
    changed_from: Annotated[Moment | None, Query(description="Changed then or later.")] = None,
    changed_to: Annotated[Moment | None, Query(description="Changed before.")] = None,
    search: Annotated[str, Query(description="Words of title, text and tags.", max_length=500)] = "",
    sort: Annotated[
        str,
        Query(description="-updated_at, updated_at, -created_at, created_at, title, -title or state_since."),
    ] = "-updated_at",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[PostOut]:
    """List posts, filtered and sorted."""
    page = await listing.list_posts(
        runtime,
        actor,
        state=state,
        brand_id=BrandId(brand) if brand else None,
        channel_id=ChannelId(channel) if channel else None,
        author_id=PersonId(author) if author else None,
        assignee_id=PersonId(assignee) if assignee else None,
        tag=tag,
        changed_from=changed_from,
        changed_to=changed_to,
        search=search,
        sort=sort,
        cursor=cursor,
        limit=limit,
    )
    return PageOut(items=[PostOut.of(view) for view in page.items], next_cursor=page.next_cursor)


@router.post("", status_code=status.HTTP_201_CREATED, summary="Write a post")
async def write_post(
    body: PostIn, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> PostOut:
    """Store a new post as a draft."""
    view = await create_post(runtime, actor, await draft_of(runtime, actor, body))
    response.headers["Location"] = f"/api/v1/posts/{view.post.id}"
    return _answer(response, view)


@router.get("/{post_id}", summary="Read a post")
async def read_post(
    post_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> PostOut:
    """Give one post with its decisions and deliveries."""
    return _answer(response, await queries.get_post(runtime, actor, PostId(post_id)))


@router.patch("/{post_id}", summary="Edit a draft", responses=_EDITS)
async def change_post(
    post_id: UUID,
    body: PostChangesIn,
    version: BasedOn,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    response: Response,
) -> PostOut:
    """Change what is given; a change of the content makes a new revision. Only drafts are edited."""
    changes = await changes_of(runtime, actor, body)
    return _answer(response, await edit_post(runtime, actor, PostId(post_id), changes, version=version))


@router.delete(
    "/{post_id}", status_code=status.HTTP_204_NO_CONTENT, summary="Delete a draft", responses=_EDITS
)
async def remove_post(post_id: UUID, version: BasedOn, actor: CurrentActor, runtime: CurrentRuntime) -> None:
    """Delete a draft; what is beyond draft is archived instead."""
    await delete_post(runtime, actor, PostId(post_id), version=version)


@router.put("/{post_id}/media", summary="Set a draft's pictures", responses=_EDITS)
async def set_media(
    post_id: UUID,
    body: PostMediaIn,
    version: BasedOn,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    response: Response,
) -> PostOut:
    """Give a draft exactly these pictures, in this order."""
    changes = {"media": await media_uses(runtime, actor, body.media)}
    return _answer(response, await edit_post(runtime, actor, PostId(post_id), changes, version=version))


@router.get("/{post_id}/revisions", summary="List a post's revisions")
async def list_revisions(post_id: UUID, actor: CurrentActor, runtime: CurrentRuntime) -> ListOut[RevisionOut]:
    """Give all versions of the content, newest first."""
    found = await queries.list_revisions(runtime, actor, PostId(post_id))
    return ListOut(items=[RevisionOut.of(revision) for revision in found])


@router.post("/{post_id}/revisions/{number}/restore", summary="Bring a revision back", responses=_EDITS)
async def restore_revision(
    post_id: UUID,
    number: int,
    version: BasedOn,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    response: Response,
) -> PostOut:
    """Give a draft the content of an earlier revision, as a new one; channels that are gone stay out."""
    view = await bring_back(runtime, actor, PostId(post_id), number, version=version)
    return _answer(response, view)


@router.post("/{post_id}/duplicate", status_code=status.HTTP_201_CREATED, summary="Copy a post")
async def copy_post(
    post_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> PostOut:
    """Store the present content as a new draft, whatever state the original is in."""
    return _answer(response, await duplicate_post(runtime, actor, PostId(post_id)))


@router.post(
    "/{post_id}/submit",
    summary="Hand a post in for review",
    responses=problems(WrongState, VersionChanged, OverLimit),
)
async def submit_post(
    post_id: UUID,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    response: Response,
    body: SubmitIn | None = None,
) -> PostOut:
    """Move a draft into review. What exceeds a channel's limits is refused, field by field."""
    version = body.version if body else None
    return _answer(response, await submit(runtime, actor, PostId(post_id), version=version))


@router.post("/{post_id}/archive", summary="Archive a post", responses=problems(WrongState))
async def archive_post(
    post_id: UUID,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    response: Response,
    body: ArchiveIn | None = None,
) -> PostOut:
    """Put a post away; what isn't out of it is cancelled."""
    reason = body.reason if body else ""
    return _answer(response, await archive(runtime, actor, PostId(post_id), reason=reason))


@router.post("/{post_id}/restore", summary="Get a post back as a draft", responses=problems(WrongState))
async def restore_post(
    post_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> PostOut:
    """Bring an archived post back; an earlier approval doesn't come back."""
    return _answer(response, await restore(runtime, actor, PostId(post_id)))
