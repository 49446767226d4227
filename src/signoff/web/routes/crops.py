"""Cropping a picture of a draft: a frame of a shape that channels take, moved by keys, pointer or numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Form
from starlette.responses import HTMLResponse, Response

from signoff.kernel.errors import Problem
from signoff.kernel.ids import BrandId, ChannelId, MediaId, PostId
from signoff.media.crop import FULL, Frame
from signoff.organizations.channels import list_channels
from signoff.pipeline.draft.content import MediaUse, Override, PostDraft, draft_of
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
    channel: Annotated[str, Form()] = ""
    """Which one gets the crop; empty: all that have none of their own."""
    alt: Annotated[str, Form()] = ""

    def frame(self) -> Frame:
        return Frame(self.ratio, self.size, self.left, self.top)


@router.get("/{media_id}/crop")
async def show_crop(
    visit: Reading, media_id: UUID, brand: str = "", post: str = "", channel: str = "", now: str = ""
) -> HTMLResponse:
    """Ask for shape, size and place of the frame, beginning with what was chosen last.

    `now` is what the channel gets at present, where it has a crop of its own.
    """
    media = await get_media(visit.runtime, visit.actor, MediaId(chosen_id(now) or media_id))
    last: dict[str, Any] = media.crop or {"ratio": media.width / media.height}
    return await _sheet(visit, MediaId(media_id), FrameForm(**last, brand=brand, post=post, channel=channel))


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
        part = visit.fragment(
            "posts/_media.html", use=use, facts=made, place=0, brand_id=form.brand, post_id=form.post
        )
        part.headers["Signoff-Picture"] = str(made.id)
        return part
    await _put_in(visit, PostId(post_id), chosen_id(form.channel), (MediaId(media_id), made.id))
    return visit.done(f"/posts/{post_id}/edit", "Cropped.", icon="image")


async def _put_in(visit: Visit, post_id: PostId, channel: UUID | None, pair: tuple[MediaId, MediaId]) -> None:
    view = await get_post(visit.runtime, visit.actor, post_id)
    draft = draft_of(view.post, view.revision)
    changed = _for_all(draft, *pair) if channel is None else _for_one(draft, ChannelId(channel), *pair)
    changes = {"media": changed.media, "overrides": changed.overrides}
    await edit_post(visit.runtime, visit.actor, post_id, changes, version=view.post.version)


def _for_all(draft: PostDraft, old: MediaId, new: MediaId) -> PostDraft:
    """Put a crop in a picture's place. Channels that have a crop of their own keep it."""
    overrides = {
        key: replace(own, crops={new if each == old else each: crop for each, crop in own.crops.items()})
        if own.crops
        else own
        for key, own in draft.overrides.items()
    }
    media = [MediaUse(new if use.media_id == old else use.media_id, use.alt) for use in draft.media]
    return replace(draft, media=media, overrides=overrides)


def _for_one(draft: PostDraft, channel: ChannelId, old: MediaId, new: MediaId) -> PostDraft:
    own = draft.overrides.get(channel, Override())
    crops = {key: crop for key, crop in (own.crops or {}).items() if key != old}
    if new != old:
        crops[old] = new
    return replace(draft, overrides={**draft.overrides, channel: replace(own, crops=crops or None)})


async def _sheet(
    visit: Visit, media_id: MediaId, form: FrameForm, problem: Problem | None = None
) -> HTMLResponse:
    whole = await whole_of(visit.runtime, visit.actor, media_id)
    brand_id = chosen_id(form.brand)
    channels = await list_channels(visit.runtime, visit.actor, BrandId(brand_id)) if brand_id else []
    wanted = next((each for each in channels if str(each.id) == form.channel), None)
    platforms = {each.platform for each in ([wanted] if wanted else channels)}
    abouts = [visit.runtime.connector(platform).about for platform in platforms]
    limits = {each.label: each.limits for each in abouts if each.limits.ratio_min or each.limits.ratio_max}
    return await visit.sheet(
        "sheets/crop.html",
        "posts",
        status=problem.status if problem else 200,
        media_id=media_id,
        whole=whole,
        form=form,
        channel=wanted,
        shapes=shapes_for(limits, whole.width, whole.height),
        problem=problem,
    )
