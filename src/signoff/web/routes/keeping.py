"""What the editor's script says while people type: words to keep, a window that is open, or was left."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from starlette.datastructures import FormData
from starlette.responses import JSONResponse, Response

from signoff.kernel.errors import Invalid, NotFound, Problem
from signoff.kernel.ids import BrandId, CopyId, PostId
from signoff.organizations.brands import get_brand
from signoff.pipeline.draft.content import draft_of
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.draft.keep import Standing, Words, forget_words, keep_words, leave_draft
from signoff.pipeline.draft.write import create_post
from signoff.records.posts.copies import get_copy
from signoff.records.posts.queries import get_post
from signoff.web import times
from signoff.web.editing import draft_from, form_of_fields, read_form, values_of, written_fields
from signoff.web.forms import chosen_id, text
from signoff.web.once import new_router
from signoff.web.visit import Sending, Visit

router = new_router("/posts")

_MOST_TURNS: Final = 2**62
_MOST_VERSIONS: Final = 2**31


@router.post("/begin")
async def send_begin(visit: Sending) -> Response:
    """Make a draft of the first words of a new post."""
    sent = await visit.request.form()
    brand = await get_brand(visit.runtime, visit.actor, BrandId(_needed_id(sent, "brand")))
    draft = draft_from(read_form(sent, brand))
    view = await create_post(visit.runtime, visit.actor, draft, copy_id=CopyId(_needed_id(sent, "copy")))
    return JSONResponse({"address": f"/posts/{view.post.id}", "version": view.post.version})


@router.post("/{post_id}/keep")
async def send_keep(visit: Sending, post_id: UUID) -> Response:
    """Keep the words of a window and tell it how things stand."""
    sent = await visit.request.form()
    words = _words(sent)
    standing = await keep_words(visit.runtime, visit.actor, PostId(post_id), words)
    if standing.is_due and not text(sent, "held"):
        await _save(visit, PostId(post_id), words.copy_id)
        standing = await keep_words(
            visit.runtime, visit.actor, PostId(post_id), Words(words.copy_id, words.version, words.turn, None)
        )
    return JSONResponse(_told(visit, PostId(post_id), standing))


@router.post("/{post_id}/leave")
async def send_leave(visit: Sending, post_id: UUID) -> Response:
    """Make a revision of what a window that is closed had in it, and forget the window."""
    sent = await visit.request.form()
    words = _words(sent)
    standing = await keep_words(visit.runtime, visit.actor, PostId(post_id), words)
    is_free = standing.is_draft and not standing.is_behind and not text(sent, "held")
    if standing.has_words and is_free:
        await _save(visit, PostId(post_id), words.copy_id)
    await leave_draft(visit.runtime, visit.actor, words.copy_id)
    return Response(status_code=204)


@router.post("/{post_id}/copies/{copy_id}/forget")
async def send_forget(visit: Sending, post_id: UUID, copy_id: UUID) -> Response:
    """Forget words that were left in an editor."""
    await forget_words(visit.runtime, visit.actor, CopyId(copy_id))
    return visit.done(f"/posts/{post_id}/edit", "These words are forgotten.", icon="trash-2")


async def _save(visit: Visit, post_id: PostId, copy_id: CopyId) -> None:
    """Make a revision of kept words. What can't be one yet, such as half a link, stays kept."""
    try:
        copy = await get_copy(visit.runtime, visit.actor, post_id, copy_id)
        view = await get_post(visit.runtime, visit.actor, post_id)
        form = form_of_fields(copy.fields or (), view.brand, copy.version)
        values = values_of(form, draft_of(view.post, view.revision))
        await edit_post(
            visit.runtime,
            visit.actor,
            post_id,
            values,
            version=copy.version,
            copy_id=copy_id,
            turn=copy.turn,
        )
    except Problem:
        return


def _words(sent: FormData) -> Words:
    turn, version = text(sent, "turn"), text(sent, "version")
    are_numbers = turn.isdecimal() and version.isdecimal()
    if not (are_numbers and int(turn) < _MOST_TURNS and 0 < int(version) < _MOST_VERSIONS):
        raise Invalid("The form wasn't complete.", next_step="Reload the page.")
    fields = written_fields(sent) if "body" in sent else None
    return Words(CopyId(_needed_id(sent, "copy")), int(version), int(turn), fields)


def _needed_id(sent: FormData, name: str) -> UUID:
    found = chosen_id(text(sent, name))
    if found is None:
        raise NotFound("The form wasn't complete.", next_step="Reload the page.")
    return found


def _told(visit: Visit, post_id: PostId, standing: Standing) -> dict[str, Any]:
    part = visit.fragment("posts/_standing.html", standing=standing, post_id=post_id)
    here = visit.fragment("posts/_here.html", others=standing.others)
    return {
        "at": times.clock(standing.at, visit.zone),
        "version": standing.version,
        "has_words": standing.has_words,
        "is_saved": standing.is_draft and not standing.is_behind,
        "news": bytes(part.body).decode(),
        "here": bytes(here.body).decode(),
    }
