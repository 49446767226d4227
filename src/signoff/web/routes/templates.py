"""Templates: keeping them, beginning a post with one, and making one of a post."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Form
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import NotFound, Problem
from signoff.kernel.ids import BrandId, PostId, TemplateId
from signoff.kernel.people import May
from signoff.organizations.brands import list_brands
from signoff.organizations.library.templates import (
    TemplateDraft,
    archive_template,
    change_template,
    create_template,
    restore_template,
    save_as_template,
)
from signoff.pipeline.draft.from_template import write_from_template
from signoff.records.library.models import PostTemplate
from signoff.records.library.placeholders import KNOWN
from signoff.records.library.queries import get_template, list_templates
from signoff.records.posts.queries import get_post
from signoff.web.cookies import Undo
from signoff.web.forms import chosen_id, text
from signoff.web.library import Shelf, may_keep
from signoff.web.once import new_router
from signoff.web.problems import field_errors
from signoff.web.template_form import TemplateForm, blank_form, form_of, read_form, targets_of
from signoff.web.visit import Looking, Reading, Sending, Visit, local_path

router = new_router()

_HOME: Final = "/settings/templates"

Asked = Annotated[Shelf, Depends(Shelf.of)]


@router.get("/settings/templates")
async def show_templates(visit: Looking, shelf: Asked) -> HTMLResponse:
    """List templates."""
    return await _list(visit, shelf)


@router.get("/posts/new/template")
async def show_choice(visit: Reading, shelf: Asked) -> HTMLResponse:
    """Ask which template a new post begins with."""
    visit.actor.need(May.WRITE_POSTS)
    return await _choice(visit, shelf)


@router.get("/settings/templates/new")
async def show_new(visit: Reading, brand: str = "") -> HTMLResponse:
    """Ask for a template."""
    visit.actor.need(May.WRITE_POSTS)
    brands = await list_brands(visit.runtime, visit.actor)
    chosen = next((each.id for each in brands if str(each.id) == brand), None)
    if chosen is None and not visit.actor.may(May.MANAGE_BRANDS) and brands:
        chosen = brands[0].id
    return await _page(visit, None, blank_form(chosen))


@router.post("/settings/templates/new")
async def send_new(visit: Sending) -> Response:
    """Keep a new template."""
    sent = await visit.request.form()
    brand = chosen_id(text(sent, "brand"))
    form = read_form(sent, BrandId(brand) if brand else None)
    try:
        draft = TemplateDraft(brand_id=form.brand_id, **form.changes())
        template = await create_template(visit.runtime, visit.actor, draft)
    except NotFound:
        raise
    except Problem as problem:
        return await _page(visit, None, form, problem)
    return visit.done(_HOME, f"“{template.name}” is among the templates.", icon="file-text")


@router.get("/settings/templates/{template_id}")
async def show_template(visit: Reading, template_id: UUID) -> HTMLResponse:
    """Show a template's form."""
    template = await get_template(visit.runtime, visit.actor, TemplateId(template_id))
    return await _page(visit, template, form_of(template))


@router.post("/settings/templates/{template_id}")
async def send_change(visit: Sending, template_id: UUID, version: Annotated[int, Form()]) -> Response:
    """Change a template."""
    template = await get_template(visit.runtime, visit.actor, TemplateId(template_id))
    form = read_form(await visit.request.form(), template.brand_id)
    try:
        changes = form.changes(template)
        await change_template(visit.runtime, visit.actor, template.id, changes, version=version)
    except Problem as problem:
        return await _page(visit, template, form, problem)
    return visit.done(_HOME, "Saved. Posts that were made from it stay as they are.")


@router.post("/settings/templates/{template_id}/archive")
async def send_archive(
    visit: Sending, template_id: UUID, version: Annotated[int, Form()], back: Annotated[str, Form()] = ""
) -> Response:
    """Put a template away."""
    gone = await archive_template(visit.runtime, visit.actor, TemplateId(template_id), version=version)
    undo = Undo(f"{_HOME}/{template_id}/restore", {})
    said = f"“{gone.name}” is archived."
    return visit.done(local_path(back, _HOME), said, icon="archive", undo=undo)


@router.post("/settings/templates/{template_id}/restore")
async def send_restore(visit: Sending, template_id: UUID, back: Annotated[str, Form()] = "") -> Response:
    """Get a template back."""
    back = local_path(back, _HOME)
    try:
        found = await restore_template(visit.runtime, visit.actor, TemplateId(template_id))
    except NotFound:
        raise
    except Problem as problem:
        said = f"{problem.detail} {problem.next_step}".strip()
        return visit.done(back, said, icon="triangle-alert", tone="warn")
    return visit.done(back, f"“{found.name}” is there again.", icon="rotate-ccw")


@router.post("/settings/templates/{template_id}/use")
async def send_use(visit: Sending, template_id: UUID, brand: Annotated[str, Form()] = "") -> Response:
    """Begin a post with it."""
    brand_id = chosen_id(brand)
    try:
        view = await write_from_template(
            visit.runtime,
            visit.actor,
            TemplateId(template_id),
            brand_id=BrandId(brand_id) if brand_id else None,
        )
    except NotFound:
        raise
    except Problem as problem:
        return await _choice(visit, Shelf(brand=brand), problem)
    return visit.done(f"/posts/{view.post.id}/edit", "A draft is made from the template.", icon="file-text")


@router.get("/posts/{post_id}/template")
async def show_save(visit: Reading, post_id: UUID) -> HTMLResponse:
    """Ask under which name a post is kept as a template."""
    visit.actor.need(May.WRITE_POSTS)
    return await _save_sheet(visit, PostId(post_id))


@router.post("/posts/{post_id}/template")
async def send_save(
    visit: Sending, post_id: UUID, name: Annotated[str, Form()] = "", for_all: Annotated[str, Form()] = ""
) -> Response:
    """Keep a post as a template."""
    is_for_all = for_all == "yes"
    try:
        template = await save_as_template(
            visit.runtime, visit.actor, PostId(post_id), name, is_for_all=is_for_all
        )
    except Problem as problem:
        return await _save_sheet(visit, PostId(post_id), name, problem, is_for_all=is_for_all)
    return visit.done(f"/posts/{post_id}", f"“{template.name}” is among the templates.", icon="file-text")


async def _list(visit: Visit, shelf: Shelf) -> HTMLResponse:
    found = await list_templates(visit.runtime, visit.actor, shelf.narrowed, cursor=shelf.cursor or None)
    return await visit.page(
        "settings/templates.html",
        "settings",
        shelf=shelf,
        templates=found.items,
        next_cursor=found.next_cursor,
        may_keep=lambda template: may_keep(visit.actor, template.brand_id),
    )


async def _choice(visit: Visit, shelf: Shelf, problem: Problem | None = None) -> HTMLResponse:
    found = await list_templates(visit.runtime, visit.actor, shelf.narrowed, cursor=shelf.cursor or None)
    return await visit.page(
        "posts/choose_template.html",
        "posts",
        status=problem.status if problem else 200,
        shelf=shelf,
        templates=found.items,
        next_cursor=found.next_cursor,
        problem=problem,
    )


async def _page(
    visit: Visit, template: PostTemplate | None, form: TemplateForm, problem: Problem | None = None
) -> HTMLResponse:
    is_present = template is None or template.archived_at is None
    return await visit.page(
        "settings/template.html",
        "settings",
        status=problem.status if problem else 200,
        stored=template,
        form=form,
        targets=await targets_of(visit.runtime, visit.actor, form.brand_id),
        problem=problem,
        errors=field_errors(problem),
        placeholders=KNOWN,
        can=is_present and may_keep(visit.actor, form.brand_id),
    )


async def _save_sheet(
    visit: Visit, post_id: PostId, name: str = "", problem: Problem | None = None, *, is_for_all: bool = False
) -> HTMLResponse:
    view = await get_post(visit.runtime, visit.actor, post_id)
    return await visit.sheet(
        "sheets/save_template.html",
        "posts",
        status=problem.status if problem else 200,
        view=view,
        typed=name or view.revision.title,
        is_for_all=is_for_all,
        problem=problem,
    )
