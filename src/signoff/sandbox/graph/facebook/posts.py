"""Page posts: made visible at once, as a draft, or for later; published, changed, listed, deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.errors import GraphError, gone, invalid
from signoff.sandbox.graph.facebook.photos import attached
from signoff.sandbox.graph.facebook.timeline import known, new_post
from signoff.sandbox.graph.fields import pick
from signoff.sandbox.graph.listing import listed, moment_of, paged
from signoff.sandbox.graph.measures import insights, measure, views
from signoff.sandbox.graph.operations import Answer
from signoff.sandbox.graph.tokens import token_for
from signoff.sandbox.records import Account, Photo, Post
from signoff.sandbox.state import World

MESSAGE_CHARS: Final = 63_206
SOONEST: Final = timedelta(minutes=10)
LATEST: Final = timedelta(days=30)
USUAL_FIELDS: Final = "created_time,message"


def create(world: World, call: Call, page: Account) -> Answer:
    """POST /{page}/feed."""
    token_for(world, call, page, "pages_manage_posts")
    photos = attached(world, call, page)
    message, link = _message(call), call.text("link")
    if not (message or photos or link):
        raise invalid("Missing message or attachment")
    if link and not link.startswith(("https://", "http://")):
        raise invalid("The url you supplied is invalid")
    published = call.flag("published", default=True)
    post = replace(new_post(world, call, page, message, photos), due_at=_due(call, photos, published))
    if published:
        _refuse_repetition(world, post)
        post = _made_visible(world, post, call.at)
    world.posts.put(post.id, post)
    for photo in photos:
        world.photos.put(photo.id, replace(photo, post_id=post.id, published=published))
    return {"id": post.id}


def publish(world: World, call: Call, post: Post) -> Answer:
    """POST /{post} is_published=true; on a visible post it changes nothing."""
    token_for(world, call, owner(world, post), "pages_manage_posts")
    if not post.is_visible:
        world.posts.put(post.id, _made_visible(world, post, call.at))
    return {"success": True}


def edit(world: World, call: Call, post: Post) -> Answer:
    """POST /{post}: another text, or another time for one that is scheduled."""
    token_for(world, call, owner(world, post), "pages_manage_posts")
    if "is_published" in call.params:
        raise invalid("A published post can't be unpublished")
    changed = replace(post, edited_at=call.at)
    if "message" in call.params:
        changed = replace(changed, text=_message(call))
    if "scheduled_publish_time" in call.params and post.due_at:
        changed = replace(changed, due_at=_due(call, (), published=False))
    world.posts.put(post.id, changed)
    return {"success": True}


def read(world: World, call: Call, post: Post) -> Answer:
    """GET /{post}: drafts, too, for those who may."""
    page = owner(world, post)
    token_for(world, call, page, "pages_read_engagement")
    return pick("PagePost", known(call, post, page), call.text("fields"), USUAL_FIELDS)


def list_posts(world: World, call: Call, page: Account) -> Answer:
    """GET /{page}/feed: what is on the timeline."""
    token_for(world, call, page, "pages_read_engagement")
    visible = [post for post in world.posts.values() if post.account_id == page.id and post.is_visible]
    rows = [
        (post.id, pick("PagePost", known(call, post, page), call.text("fields"), USUAL_FIELDS))
        for post in listed(call, visible, lambda post: post.visible_at or post.created_at)
    ]
    return paged(call, rows, f"{page.id}/feed")


def delete(world: World, call: Call, post: Post) -> Answer:
    """DELETE /{post}. Its photos stay in the Page's album."""
    token_for(world, call, owner(world, post), "pages_manage_posts")
    world.posts.put(post.id, replace(post, deleted_at=call.at))
    return {"success": True}


def measured(world: World, call: Call, post: Post) -> Answer:
    """GET /{post}/insights."""
    token_for(world, call, owner(world, post), "read_insights")
    likes = measure(post, "likes", call.at)
    metrics = {
        "post_media_view": views(post, call.at),
        "post_total_media_view_unique": measure(post, "reach", call.at),
        "post_clicks": measure(post, "saved", call.at),
        "post_reactions_by_type_total": {"like": likes} if likes else {},
    }
    return insights(call, post, metrics)


def owner(world: World, post: Post) -> Account:
    """Give the Page of a post that is there.

    Raises:
        GraphError: 100/33 once it is deleted.
    """
    page = world.accounts.get(post.account_id)
    if post.deleted_at or not page:
        raise gone()
    return page


def publish_scheduled(world: World, id: str, at: datetime) -> None:
    """Do what the platform does by itself at the scheduled time."""
    post = world.posts.get(id)
    if post and post.due_at and not post.deleted_at:
        world.posts.put(id, _made_visible(world, post, at))


def _made_visible(world: World, post: Post, at: datetime) -> Post:
    for photo in (world.photos.get(id) for id in post.made_from):
        if photo:
            world.photos.put(photo.id, replace(photo, published=True))
    return replace(post, visible_at=at, due_at=None, published_times=post.published_times + 1)


def _message(call: Call) -> str:
    message = call.text("message")
    if len(message) > MESSAGE_CHARS:
        raise invalid("Name parameter too long")
    return message


def _due(call: Call, photos: tuple[Photo, ...], published: bool) -> datetime | None:  # noqa: FBT001 - theirs
    if "scheduled_publish_time" not in call.params:
        return None
    due = moment_of(call, "scheduled_publish_time", call.at)
    if published or not SOONEST <= due - call.at <= LATEST:
        raise invalid("The specified scheduled publish time is invalid.")
    if any(not photo.temporary for photo in photos):
        raise invalid("Photos of a scheduled post have to be uploaded with temporary=true")
    return due


def _precedes(other: Post, post: Post) -> bool:
    return other.account_id == post.account_id and other.is_visible


def _refuse_repetition(world: World, post: Post) -> None:
    """Refuse a text that equals the last one on the timeline; drafts that are published are not compared."""
    visible = [other for other in world.posts.values() if _precedes(other, post)]
    last = max(visible, key=lambda other: other.visible_at or other.created_at, default=None)
    if last and post.text and last.text == post.text and last.link == post.link:
        raise GraphError(506)
