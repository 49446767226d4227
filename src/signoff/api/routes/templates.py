"""Templates: what posts can begin with."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response, status

from signoff.api.access import CurrentActor, CurrentRuntime
from signoff.api.lists import Cursor, Limit
from signoff.api.problems import problems
from signoff.api.routes.snippets import Shown
from signoff.api.routing import new_router
from signoff.api.schemas.base import PageOut
from signoff.api.schemas.library import (
    SaveAsTemplateIn,
    TemplateChangesIn,
    TemplateIn,
    TemplateOut,
    UseTemplateIn,
)
from signoff.api.schemas.posts import PostOut
from signoff.api.versions import BasedOn, tag
from signoff.kernel.errors import NotFound, VersionChanged, VersionMissing, WrongState
from signoff.kernel.ids import BrandId, PostId, TemplateId
from signoff.organizations.library import templates
from signoff.pipeline.draft.from_template import write_from_template
from signoff.records.library import queries
from signoff.records.library.models import PostTemplate

router = new_router("", "Templates and snippets", NotFound)


def _answer(response: Response, template: PostTemplate) -> TemplateOut:
    tag(response, template.version)
    return TemplateOut.model_validate(template)


@router.get("/templates", summary="List templates")
async def list_templates(
    shown: Shown, actor: CurrentActor, runtime: CurrentRuntime, cursor: Cursor = None, limit: Limit = 50
) -> PageOut[TemplateOut]:
    """Give the templates by name: those for every brand, and those of the brands that one sees."""
    page = await queries.list_templates(runtime, actor, shown, cursor=cursor, limit=limit)
    found = [TemplateOut.model_validate(each) for each in page.items]
    return PageOut(items=found, next_cursor=page.next_cursor)


@router.post("/templates", status_code=status.HTTP_201_CREATED, summary="Keep a template")
async def add_template(
    body: TemplateIn, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> TemplateOut:
    """Keep a template for a brand; for every brand that takes an admin."""
    template = await templates.create_template(runtime, actor, templates.TemplateDraft(**body.model_dump()))
    response.headers["Location"] = f"/api/v1/templates/{template.id}"
    return _answer(response, template)


@router.post(
    "/posts/{post_id}/template", status_code=status.HTTP_201_CREATED, summary="Save a post as a template"
)
async def save_as_template(
    post_id: UUID, body: SaveAsTemplateIn, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> TemplateOut:
    """Keep the post's present content as a template, without its pictures."""
    template = await templates.save_as_template(
        runtime, actor, PostId(post_id), body.name, is_for_all=body.for_all
    )
    response.headers["Location"] = f"/api/v1/templates/{template.id}"
    return _answer(response, template)


@router.get("/templates/{template_id}", summary="Read a template")
async def read_template(
    template_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> TemplateOut:
    """Give one template, with its placeholders."""
    return _answer(response, await queries.get_template(runtime, actor, TemplateId(template_id)))


@router.patch(
    "/templates/{template_id}",
    summary="Change a template",
    responses=problems(WrongState, VersionChanged, VersionMissing),
)
async def change_template(
    template_id: UUID,
    body: TemplateChangesIn,
    version: BasedOn,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    response: Response,
) -> TemplateOut:
    """Change what is given. Posts that were made from it stay as they are."""
    changes = body.model_dump(exclude_none=True)
    changed = await templates.change_template(
        runtime, actor, TemplateId(template_id), changes, version=version
    )
    return _answer(response, changed)


@router.delete(
    "/templates/{template_id}",
    summary="Archive a template",
    responses=problems(VersionChanged, VersionMissing),
)
async def archive_template(
    template_id: UUID, version: BasedOn, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> TemplateOut:
    """Put a template away; it can be restored."""
    return _answer(
        response, await templates.archive_template(runtime, actor, TemplateId(template_id), version=version)
    )


@router.post(
    "/templates/{template_id}/restore", summary="Get a template back", responses=problems(WrongState)
)
async def restore_template(
    template_id: UUID, actor: CurrentActor, runtime: CurrentRuntime, response: Response
) -> TemplateOut:
    """Bring an archived template back; 409 if another one has its name meanwhile."""
    return _answer(response, await templates.restore_template(runtime, actor, TemplateId(template_id)))


@router.post(
    "/templates/{template_id}/posts",
    status_code=status.HTTP_201_CREATED,
    summary="Write a post from a template",
    responses=problems(WrongState),
)
async def use_template(
    template_id: UUID,
    actor: CurrentActor,
    runtime: CurrentRuntime,
    response: Response,
    body: UseTemplateIn | None = None,
) -> PostOut:
    """Store a new draft with the template's content and the brand's facts in it; 422 names what it lacks."""
    brand_id = BrandId(body.brand_id) if body and body.brand_id else None
    view = await write_from_template(runtime, actor, TemplateId(template_id), brand_id=brand_id)
    response.headers["Location"] = f"/api/v1/posts/{view.post.id}"
    tag(response, view.post.version)
    return PostOut.of(view)
