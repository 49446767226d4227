"""Cropping a picture of a draft: a frame of a shape that channels take, moved by keys, pointer or numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import Problem
from signoff.kernel.ids import BrandId, MediaId, PostId
from signoff.media.crop import FULL, Frame
from signoff.organizations.channels import list_channels
from signoff.pipeline.draft.content import MediaUse, draft_of
from signoff.pipeline.draft.crop import crop_media, whole_of
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.draft.media import get_media
from signoff.records.posts.queries import get_post
from signoff.web.forms import chosen_id
from signoff.web.once import new_router
from signoff.web.shapes import shapes_for
from signoff.web.visit import Reading, Sending, Visit

router = new_router("/media")


@dataclass(frozen=True, slots=True)
class FrameForm:
    """What stands in the form."""

    ratio: Annotated[float, Form()] = 1.0
    size: Annotated[int, Form()] = FULL
    left: Annotated[int, Form()] = FULL // 2
    top: Annotated[int, Form()] = FULL // 2
    brand: Annotated[str, Form()] = ""
    post: Annotated[str, Form()] = ""
    alt: Annotated[str, Form()] = ""

    def frame(self) -> Frame:
        return Frame(self.ratio, self.size, self.left, self.top)


@router.get("/{media_id}/crop")
async def show_crop(visit: Reading, media_id: UUID, brand: str = "", post: str = "") -> HTMLResponse:
    """Ask for shape, size and place of the frame, beginning with what was chosen last."""
    media = await get_media(visit.runtime, visit.actor, MediaId(media_id))
    last: dict[str, Any] = media.crop or {"ratio": media.width / media.height}
    return await _sheet(visit, MediaId(media_id), FrameForm(**last, brand=brand, post=post))


@router.post("/{media_id}/crop")
async def send_crop(visit: Sending, media_id: UUID, form: Annotated[FrameForm, Depends()]) -> Response:
    """Cut it; the editor's script takes the new picture, without one the draft does."""
    try:
        made = await crop_media(visit.runtime, visit.actor, MediaId(media_id), form.frame())
    except Problem as problem:
        return await _sheet(visit, MediaId(media_id), form, problem)
    post_id = chosen_id(form.post)
    if visit.is_partial or post_id is None:
        use = MediaUse(made.id, form.alt or made.alt)
        return visit.fragment("posts/_media.html", use=use, place=0, brand_id=form.brand, post_id=form.post)
    await _put_in(visit, PostId(post_id), MediaId(media_id), made.id)
    return visit.done(f"/posts/{post_id}/edit", "Cropped.", icon="image")


async def _put_in(visit: Visit, post_id: PostId, old: MediaId, new: MediaId) -> None:
    view = await get_post(visit.runtime, visit.actor, post_id)
    uses = [
        MediaUse(new if use.media_id == old else use.media_id, use.alt)
        for use in draft_of(view.post, view.revision).media
    ]
    await edit_post(visit.runtime, visit.actor, post_id, {"media": uses}, version=view.post.version)


async def _sheet(
    visit: Visit, media_id: MediaId, form: FrameForm, problem: Problem | None = None
) -> HTMLResponse:
    whole = await whole_of(visit.runtime, visit.actor, media_id)
    brand_id = chosen_id(form.brand)
    channels = await list_channels(visit.runtime, visit.actor, BrandId(brand_id)) if brand_id else []
    abouts = [visit.runtime.connector(platform).about for platform in {each.platform for each in channels}]
    limits = {each.label: each.limits for each in abouts if each.limits.ratio_min or each.limits.ratio_max}
    return await visit.sheet(
        "sheets/crop.html",
        "posts",
        status=problem.status if problem else 200,
        media_id=media_id,
        whole=whole,
        form=form,
        shapes=shapes_for(limits, whole.width, whole.height),
        problem=problem,
    )
