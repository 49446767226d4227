"""Posts as they stand on a Page's timeline."""

from __future__ import annotations

from typing import Any

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.listing import graph_time
from signoff.sandbox.graph.measures import measure
from signoff.sandbox.records import Account, Photo, Platform, Post
from signoff.sandbox.state import World


def post_number(world: World) -> str:
    return str(122_000_000_000_000 + world.next_number())


def new_post(world: World, call: Call, page: Account, text: str, photos: tuple[Photo, ...]) -> Post:
    """Make a post that nobody sees yet."""
    return Post(
        f"{page.id}_{post_number(world)}",
        page.id,
        Platform.FACEBOOK,
        text,
        created_at=call.at,
        pictures=tuple(photo.picture for photo in photos),
        link=call.text("link"),
        made_from=tuple(photo.id for photo in photos),
    )


def permalink(base_url: str, post: Post) -> str:
    return f"{base_url}/{post.account_id}/posts/{post.id.rpartition('_')[2]}"


def known(call: Call, post: Post, page: Account) -> dict[str, Any]:
    """Give the fields of a post; its time is the moment of publishing, once there is one."""
    pictures = [f"{call.base_url}/feed/files/{picture.name}" for picture in post.pictures]
    return {
        "id": post.id,
        "message": post.text or None,
        "created_time": graph_time(post.visible_at or post.created_at),
        "updated_time": graph_time(post.edited_at or post.visible_at or post.created_at),
        "permalink_url": permalink(call.base_url, post),
        "is_published": post.is_visible,
        "is_hidden": False,
        "scheduled_publish_time": int(post.due_at.timestamp()) if post.due_at else None,
        "from": {"id": page.id, "name": page.name},
        "status_type": "added_photos" if pictures else "mobile_status_update",
        "full_picture": pictures[0] if pictures else None,
        "attachments": _attachments(post, pictures),
        "shares": {"count": measure(post, "shares", call.at)},
        "comments": _summary(measure(post, "comments", call.at)),
        "reactions": _summary(measure(post, "likes", call.at)),
    }


def _summary(count: int) -> dict[str, Any]:
    return {"data": [], "summary": {"total_count": count}}


def _attachments(post: Post, pictures: list[str]) -> dict[str, Any] | None:
    if not pictures:
        link = {"media_type": "link", "type": "share", "url": post.link}
        return {"data": [link]} if post.link else None
    photos = [
        {
            "media_type": "photo",
            "type": "photo",
            "media": {"image": {"src": address, "width": picture.width, "height": picture.height}},
            "target": {"id": id},
            "description": picture.alt_text or None,
        }
        for id, picture, address in zip(post.made_from, post.pictures, pictures, strict=True)
    ]
    if len(photos) == 1:
        return {"data": photos}
    return {"data": [{"media_type": "album", "type": "album", "subattachments": {"data": photos}}]}
