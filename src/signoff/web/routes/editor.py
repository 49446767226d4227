"""The editor: one source text, a preview for each channel while it is typed, and no lost words."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import NotAllowed, NotFound, Problem, VersionChanged, WrongState
from signoff.kernel.ids import BrandId, CopyId, PostId
from signoff.kernel.people import May
from signoff.organizations.brands import get_brand, list_brands
from signoff.organizations.channels import list_channels
from signoff.pipeline.draft.content import MediaUse, draft_of
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.draft.media import upload_media
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.review.submit import submit
from signoff.records.deliveries.views import PostView
from signoff.records.posts.copies import get_copy
from signoff.records.posts.queries import get_post
from signoff.records.states import PostState
from signoff.records.tenants import Brand
from signoff.web.editing import (
    EditorForm,
    blank_form,
    draft_from,
    form_of,
    form_of_fields,
    read_form,
    values_of,
    with_pictures,
)
from signoff.web.editor_look import look_at
from signoff.web.editor_page import conflict_with, editor_page, may_edit
from signoff.web.forms import chosen_id, files, text
from signoff.web.once import new_router
from signoff.web.uploads import chunks_of
from signoff.web.visit import Looking, Sending, Visit

router = new_router("/posts")


@router.get("/new")
async def show_new(visit: Looking, brand: str = "") -> Response:
    """Start a post: for the only brand at once, else for the one that is chosen."""
    visit.actor.need(May.WRITE_POSTS)
    brands = await list_brands(visit.runtime, visit.actor)
    chosen = chosen_id(brand) or (brands[0].id if len(brands) == 1 else None)
    if chosen is None:
        return await visit.page("posts/choose_brand.html", "posts", brands=brands)
    found = await get_brand(visit.runtime, visit.actor, BrandId(chosen))
    channels = await list_channels(visit.runtime, visit.actor, found.id)
    return await editor_page(visit, blank_form(found, [channel.id for channel in channels]))


@router.post("")
async def send_new(visit: Sending) -> Response:
    """Store a new draft; on any problem the form comes back with all that was typed."""
    sent = await visit.request.form()
    form = read_form(sent, await _brand(visit, sent))
    try:
        form = await _with_uploads(visit, sent, form)
        copy_id = _window(sent)
        draft = draft_from(form)
        view = await create_post(visit.runtime, visit.actor, draft, copy_id=copy_id)
        if draft_of(view.post, view.revision) != draft:  # its first words came before, by themselves
            view = await edit_post(
                visit.runtime,
                visit.actor,
                view.post.id,
                values_of(form),
                version=view.post.version,
                copy_id=copy_id,
            )
    except Problem as problem:
        return await editor_page(visit, form, problem=problem)
    return await _go_on(visit, sent, view)


@router.post("/preview")
async def send_preview(visit: Sending) -> HTMLResponse:
    """Show what stands in the form as the channels would get it, without storing it."""
    sent = await visit.request.form()
    form = read_form(sent, await _brand(visit, sent))
    view = await _edited(visit, sent)
    look = await look_at(visit, form, view)
    return visit.fragment("posts/_preview.html", form=form, look=look, view=view)


@router.get("/{post_id}/edit")
async def show_edit(visit: Looking, post_id: UUID, copy: UUID | None = None) -> Response:
    """Open a draft, or words that were left in its editor; what isn't a draft any more is only shown."""
    view = await get_post(visit.runtime, visit.actor, PostId(post_id))
    if not may_edit(visit, view):
        return visit.done(f"/posts/{post_id}")
    if copy is not None:
        kept = await get_copy(visit.runtime, visit.actor, view.post.id, CopyId(copy))
        return await _taken_up(visit, view, form_of_fields(kept.fields or (), view.brand, kept.version))
    if view.post.state is not PostState.DRAFT:
        return visit.done(f"/posts/{post_id}")
    return await editor_page(visit, form_of(view), view=view)


@router.post("/take")
async def send_take_new(visit: Sending) -> Response:
    """Fill the page of a new post with words that were kept on the device."""
    sent = await visit.request.form()
    return await editor_page(visit, read_form(sent, await _brand(visit, sent)), is_changed=True)


@router.post("/{post_id}/take")
async def send_take(visit: Sending, post_id: UUID) -> Response:
    """Fill the editor with words that were kept on the device, and show what they change."""
    view = await get_post(visit.runtime, visit.actor, PostId(post_id))
    return await _taken_up(visit, view, read_form(await visit.request.form(), view.brand))


async def _taken_up(visit: Visit, view: PostView, form: EditorForm) -> Response:
    if view.post.state is not PostState.DRAFT:
        return await editor_page(visit, form, view=view, must_copy=True, is_changed=True)
    conflict = await conflict_with(visit, view.post.id, form)
    form = replace(form, version=view.post.version)
    return await editor_page(visit, form, view=view, conflict=replace(conflict, is_own=True), is_changed=True)


@router.post("/{post_id}")
async def send_edit(visit: Sending, post_id: UUID) -> Response:
    """Save; when somebody else saved first, both texts are shown and nothing is lost."""
    view = await get_post(visit.runtime, visit.actor, PostId(post_id))
    sent = await visit.request.form()
    form = read_form(sent, view.brand)
    try:
        form = await _with_uploads(visit, sent, form)
        if text(sent, "then") == "copy":
            return await _go_on(visit, sent, await create_post(visit.runtime, visit.actor, draft_from(form)))
        stored = draft_of(view.post, view.revision)
        copy_id = _window(sent)
        view = await edit_post(
            visit.runtime,
            visit.actor,
            PostId(post_id),
            values_of(form, stored),
            version=form.version or 0,
            copy_id=copy_id,
        )
    except VersionChanged as problem:
        conflict = await conflict_with(visit, PostId(post_id), form)
        form = replace(form, version=conflict.theirs.post.version)
        return await editor_page(visit, form, view=conflict.theirs, problem=problem, conflict=conflict)
    except Problem as problem:
        return await editor_page(visit, form, view=view, problem=problem, must_copy=_must_copy(problem))
    return await _go_on(visit, sent, view)


async def _edited(visit: Visit, sent: FormData) -> PostView | None:
    """Give the post whose words are looked at; None: it is new, or was deleted meanwhile."""
    post_id = chosen_id(text(sent, "post"))
    try:
        return await get_post(visit.runtime, visit.actor, PostId(post_id)) if post_id else None
    except NotFound:
        return None


def _must_copy(problem: Problem) -> bool:
    """What was typed can't be saved here any more, but as a draft of its own."""
    return isinstance(problem, (WrongState, NotAllowed))


async def _go_on(visit: Visit, sent: FormData, view: PostView) -> Response:
    """Stay in the editor, or hand the saved draft in for review."""
    post_id = view.post.id
    if text(sent, "then") != "submit":
        return visit.done(f"/posts/{post_id}/edit", "Saved.")
    try:
        await submit(visit.runtime, visit.actor, post_id, version=view.post.version)
    except Problem as problem:
        return await editor_page(visit, form_of(view), view=view, problem=problem)
    return visit.done(
        f"/posts/{post_id}", "Sent to review. You can't change it until somebody decides.", icon="send"
    )


def _window(sent: FormData) -> CopyId | None:
    found = chosen_id(text(sent, "copy"))
    return CopyId(found) if found else None


async def _brand(visit: Visit, sent: FormData) -> Brand:
    brand_id = chosen_id(text(sent, "brand"))
    if brand_id is None:
        raise NotFound("There is no such brand.", next_step="Start again and choose one.")
    return await get_brand(visit.runtime, visit.actor, BrandId(brand_id))


async def _with_uploads(visit: Visit, sent: FormData, form: EditorForm) -> EditorForm:
    """Take in pictures that came with the form itself, from browsers without scripts."""
    added = []
    for file in files(sent, "upload"):
        media = await upload_media(visit.runtime, visit.actor, chunks_of(file), filename=file.filename or "")
        added.append(MediaUse(media.id, media.alt))
    return with_pictures(form, added)
