"""Photos of a Page: published at once, or kept for a post that will use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.errors import GraphError, gone, invalid
from signoff.sandbox.graph.facebook.timeline import new_post, post_number
from signoff.sandbox.graph.fields import pick
from signoff.sandbox.graph.listing import graph_time, listed, paged
from signoff.sandbox.graph.operations import Answer
from signoff.sandbox.graph.pictures import NoPicture, Why
from signoff.sandbox.graph.tokens import token_for
from signoff.sandbox.records import Account, Photo, Picture
from signoff.sandbox.state import World

UNUSED_LIFE: Final = timedelta(hours=24)
LARGEST_BYTES: Final = 10 * 1024 * 1024
MOST: Final = 10


def upload(world: World, call: Call, page: Account) -> Answer:
    """POST /{page}/photos: by address or as a file, visible unless `published=false`."""
    token_for(world, call, page, "pages_manage_posts")
    picture = _checked_picture(call)
    photo = Photo(
        post_number(world),
        page.id,
        replace(picture, alt_text=call.text("alt_text_custom")),
        call.text("caption") or call.text("message"),
        call.at,
        published=call.flag("published", default=True),
        temporary=call.flag("temporary"),
    )
    if not photo.published:
        world.photos.put(photo.id, photo)
        return {"id": photo.id}
    post = new_post(world, call, page, photo.caption, (photo,))
    world.posts.put(post.id, replace(post, visible_at=call.at, published_times=1))
    world.photos.put(photo.id, replace(photo, post_id=post.id))
    return {"id": photo.id, "post_id": post.id}


def attached(world: World, call: Call, page: Account) -> tuple[Photo, ...]:
    """Give the photos that a post wants to use.

    Raises:
        GraphError: 100 for a photo of somebody else, one that is gone, or too many.
    """
    ids = list(_attached_ids(call))
    photos = [photo for id in ids if (photo := world.photos.get(id)) and _is_there(photo, call)]
    if len(photos) < len(ids) or any(photo.account_id != page.id for photo in photos):
        raise invalid("attached_media: a photo doesn't exist, has expired, or belongs to another Page")
    if len(photos) > MOST:
        raise invalid(f"attached_media: at most {MOST} photos")
    return tuple(photos)


def read(world: World, call: Call, photo: Photo) -> Answer:
    """GET /{photo}."""
    token_for(world, call, _owner(world, call, photo), "pages_read_engagement")
    return pick("Photo", _known(call, photo), call.text("fields"), "created_time,name")


def delete(world: World, call: Call, photo: Photo) -> Answer:
    """DELETE /{photo}."""
    token_for(world, call, _owner(world, call, photo), "pages_manage_posts")
    world.photos.put(photo.id, replace(photo, deleted_at=call.at))
    return {"success": True}


def list_photos(world: World, call: Call, page: Account) -> Answer:
    """GET /{page}/photos: those the public can see, also those whose post is gone."""
    token_for(world, call, page, "pages_read_engagement")
    public = [
        photo
        for photo in world.photos.values()
        if photo.account_id == page.id and photo.published and not photo.deleted_at
    ]
    rows = [
        (photo.id, pick("Photo", _known(call, photo), call.text("fields"), "created_time,name"))
        for photo in listed(call, public, lambda photo: photo.created_at)
    ]
    return paged(call, rows, f"{page.id}/photos")


def _checked_picture(call: Call) -> Picture:
    picture = call.picture
    if picture is None:
        raise GraphError(324, message="(#324) Missing or invalid image file")
    if isinstance(picture, NoPicture):
        if picture.why in {Why.UNREACHABLE, Why.TOO_SLOW}:
            raise GraphError(324, message=f"(#324) Could not get the photo from {picture.source}")
        raise GraphError(100, 1366046)
    if picture.image_bytes > LARGEST_BYTES:
        raise GraphError(100, 1366046)
    return picture


def _attached_ids(call: Call) -> Iterator[str]:
    """Read `attached_media` as a JSON list, or as `attached_media[0]`, `attached_media[1]` and so on."""
    parts = [value for name, value in sorted(call.params.items()) if name.startswith("attached_media")]
    for part in parts:
        value = _json(part)
        for item in value if isinstance(value, list) else [value]:
            found = _json(item) if isinstance(item, str) else item
            if not isinstance(found, dict) or "media_fbid" not in found:
                raise invalid("param attached_media must be an array of objects with media_fbid")
            yield str(found["media_fbid"])


def _json(text: str) -> object:
    try:
        value: object = json.loads(text)
    except ValueError:
        raise invalid("param attached_media must be an array") from None
    return value


def _is_there(photo: Photo, call: Call) -> bool:
    unused = not photo.published and not photo.post_id
    return not photo.deleted_at and not (unused and call.at >= photo.created_at + UNUSED_LIFE)


def _owner(world: World, call: Call, photo: Photo) -> Account:
    page = world.accounts.get(photo.account_id)
    if not page or not _is_there(photo, call):
        raise gone()
    return page


def _known(call: Call, photo: Photo) -> dict[str, Any]:
    picture = photo.picture
    address = f"{call.base_url}/feed/files/{picture.name}"
    return {
        "id": photo.id,
        "name": photo.caption or None,
        "created_time": graph_time(photo.created_at),
        "page_story_id": photo.post_id,
        "alt_text_custom": picture.alt_text or None,
        "images": [{"source": address, "width": picture.width, "height": picture.height}],
        "link": f"{call.base_url}/feed/{photo.account_id}",
    }
