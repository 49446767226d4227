"""The editor's page: a form, what stands beside it, and what somebody else did meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from starlette.responses import HTMLResponse

from signoff.kernel.errors import Problem
from signoff.kernel.ids import BrandId, PostId, new_id
from signoff.kernel.people import May
from signoff.organizations.channels import list_channels
from signoff.records.deliveries.views import PostView
from signoff.records.posts.copies import Others, others_of
from signoff.records.posts.queries import get_post
from signoff.records.posts.versions import list_versions, version_of
from signoff.records.tenants import Channel
from signoff.web.diff import Piece, diff_words
from signoff.web.editing import EditorForm, are_same_words, form_of, form_of_fields
from signoff.web.editor_look import look_at
from signoff.web.own_words import OwnWords
from signoff.web.visit import Visit

_VERSIONS_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody saved in the meantime: both texts, and what differs."""

    theirs: PostView
    title: Sequence[Piece]
    body: Sequence[Piece]
    own: Sequence[tuple[str, Sequence[Piece]]] = ()
    """By the name of a channel whose own text differs: what differs in it."""
    by: str = ""
    """Who saved theirs."""
    is_own: bool = False
    """Nobody was faster: words that were kept are compared with the draft."""


def may_edit(visit: Visit, view: PostView) -> bool:
    """Authors edit their own posts, admins all."""
    actor = visit.actor
    return actor.may(May.EDIT_ALL_POSTS) or (
        actor.may(May.WRITE_POSTS) and view.post.author_id == actor.person_id
    )


async def conflict_with(visit: Visit, post_id: PostId, form: EditorForm) -> Conflict:
    """Compare the form with the post as it is stored now."""
    theirs = await get_post(visit.runtime, visit.actor, post_id)
    versions = await list_versions(visit.runtime, visit.actor, post_id)
    return Conflict(
        theirs,
        diff_words(theirs.revision.title, form.title),
        diff_words(theirs.revision.body, form.body),
        list(
            _own_differences(
                await list_channels(visit.runtime, visit.actor, BrandId(form.brand.id)), theirs, form
            )
        ),
        by=version_of(versions, theirs.revision.number).author_name,
    )


def _own_differences(
    channels: Sequence[Channel], theirs: PostView, form: EditorForm
) -> Iterator[tuple[str, Sequence[Piece]]]:
    before, after = form_of(theirs).own, form.own
    for channel in channels:
        key = str(channel.id)
        was, is_ = before.get(key, OwnWords()).body, after.get(key, OwnWords()).body
        if was != is_ and (key in form.channels or was):
            yield channel.name, diff_words(was, is_)


async def editor_page(
    visit: Visit,
    form: EditorForm,
    *,
    view: PostView | None = None,
    problem: Problem | None = None,
    **context: object,
) -> HTMLResponse:
    """Show the editor with a form, of the post that is edited or of a new one."""
    versions = await list_versions(visit.runtime, visit.actor, view.post.id) if view else []
    return await visit.page(
        "posts/editor.html",
        "posts",
        status=problem.status if problem else 200,
        form=form,
        view=view,
        channels=await list_channels(visit.runtime, visit.actor, BrandId(form.brand.id)),
        look=await look_at(visit, form, view),
        versions=versions[:_VERSIONS_SHOWN],
        problem=problem,
        others=await _others(visit, view) if view else Others(),
        copy_id=new_id(),
        **({"conflict": None, "must_copy": False, "is_changed": problem is not None} | context),
    )


async def _others(visit: Visit, view: PostView) -> Others:
    """Leave out words that made it into the draft on another way."""
    others, draft = await others_of(visit.runtime, visit.actor, view.post.id), form_of(view)
    left = [
        window
        for window in others.left
        if not are_same_words(form_of_fields(window.copy.fields or (), view.brand, draft.version), draft)
    ]
    return replace(others, left=left)
