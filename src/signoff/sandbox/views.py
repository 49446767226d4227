"""What the control API tells about posts and calls."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from signoff.sandbox.graph.facebook.timeline import permalink
from signoff.sandbox.records import Picture, Platform, Post
from signoff.sandbox.state import World


class PictureOut(BaseModel):
    """A picture of a post, in the sandbox's own copy."""

    url: str
    alt_text: str
    width: int
    height: int
    source: str


class PostOut(BaseModel):
    """A post as followers see it, or would."""

    id: str
    account: str
    platform: Platform
    state: str
    text: str
    link: str
    pictures: list[PictureOut]
    created_at: datetime
    published_at: datetime | None
    permalink: str
    made_from: list[str]
    published_times: int
    is_ai_generated: bool


def post_out(base: str, post: Post) -> PostOut:
    return PostOut(
        id=post.id,
        account=post.account_id,
        platform=post.platform,
        state=post.state,
        text=post.text,
        link=post.link,
        pictures=[_picture(base, picture) for picture in post.pictures],
        created_at=post.created_at,
        published_at=post.visible_at,
        permalink=address(base, post),
        made_from=list(post.made_from),
        published_times=post.published_times,
        is_ai_generated=post.is_ai_generated,
    )


def address(base: str, post: Post) -> str:
    """Give the page where followers find the post."""
    if post.platform is Platform.INSTAGRAM:
        return f"{base}/p/{post.shortcode}/"
    return permalink(base, post)


def carries(post: Post, key: str) -> bool:
    """Tell whether a delivery's key is in the text or the link, or names what the post was made from."""
    return key in post.text or key in post.link or key in post.made_from


def posts_of(world: World, account: str = "", *, hidden: bool = False) -> list[Post]:
    """Give posts, newest first; `hidden` adds drafts, scheduled and deleted ones."""
    wanted = [
        post
        for post in world.posts.values()
        if account in {"", post.account_id} and (hidden or post.is_visible)
    ]
    return sorted(wanted, key=lambda post: post.visible_at or post.created_at, reverse=True)


def _picture(base: str, picture: Picture) -> PictureOut:
    return PictureOut(
        url=f"{base}/feed/files/{picture.name}",
        alt_text=picture.alt_text,
        width=picture.width,
        height=picture.height,
        source=picture.source,
    )
