"""Reading posts with their names. Everything takes the organization from the actor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.arrays import among
from signoff.kernel.errors import NotFound
from signoff.kernel.ids import ChannelId, PostId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.queries import views_of_posts
from signoff.records.deliveries.views import PostView
from signoff.records.models import Post, Revision, Seal
from signoff.records.posts.standing import read_decisions, read_standings
from signoff.records.tenants import Brand, Channel, Person
from signoff.runtime import Runtime


async def get_post(runtime: Runtime, actor: Actor, post_id: PostId) -> PostView:
    """Give one post with all that is shown of it.

    Raises:
        NotFound: Not there, deleted, or another organization's.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        return await read_post(tx, post_id)


async def read_post(tx: AsyncSession, post_id: PostId) -> PostView:
    """Give one post inside an open transaction.

    Raises:
        NotFound: Not there, deleted, or another organization's.
    """
    found = await views(tx, base().where(Post.id == post_id))
    if not found:
        raise _missing()
    return found[0]


async def need_post(tx: AsyncSession, post_id: PostId) -> None:
    """Make sure that there is such a post.

    Raises:
        NotFound: Not there, deleted, or another organization's.
    """
    if await tx.scalar(select(Post.id).where(Post.id == post_id, Post.deleted_at.is_(None))) is None:
        raise _missing()


def _missing() -> NotFound:
    return NotFound("There is no such post.")


async def read_posts(tx: AsyncSession, post_ids: Sequence[PostId]) -> list[PostView]:
    """Give the posts that there are, in no particular order."""
    return await views(tx, base().where(among(Post.id, post_ids)))


def base() -> Select[*tuple[Any, ...]]:
    """Select posts that there are, with what `views` needs of each."""
    return (
        select(Post, Revision, Brand, Person, Seal)
        .join(Revision, Revision.id == Post.revision_id)
        .join(Brand, Brand.id == Post.brand_id)
        .outerjoin(Person, Person.id == Post.author_id)
        .outerjoin(Seal, Seal.id == Post.seal_id)
        .where(Post.deleted_at.is_(None))
    )


async def views(tx: AsyncSession, query: Select[*tuple[Any, ...]]) -> list[PostView]:
    """Run a query over `base` and add channels, deliveries and decisions, in a few more queries for all."""
    rows = (await tx.execute(query)).all()
    if not rows:
        return []
    ids = [row.Post.id for row in rows]
    deliveries = await views_of_posts(tx, ids)
    channels = {view.channel.id: view.channel for of_post in deliveries.values() for view in of_post}
    channels |= await _channels(
        tx, {one for row in rows for one in row.Revision.channel_ids} - channels.keys()
    )
    decisions = await read_decisions(tx, ids)
    standings = await read_standings(tx, [(row.Post, row.Seal) for row in rows], decisions)
    return [
        PostView(
            post=row.Post,
            revision=row.Revision,
            brand=row.Brand,
            author_name=row.Person.display_name if row.Person else "",
            channels=[channels[i] for i in row.Revision.channel_ids if i in channels],
            deliveries=deliveries.get(row.Post.id, ()),
            decisions=decisions.get(row.Post.id, ()),
            seal=row.Seal,
            standing=standings.get(row.Post.id),
        )
        for row in rows
    ]


async def _channels(tx: AsyncSession, ids: set[ChannelId]) -> dict[ChannelId, Channel]:
    if not ids:
        return {}
    found = await tx.scalars(select(Channel).where(among(Channel.id, ids)))
    return {channel.id: channel for channel in found}


async def list_revisions(runtime: Runtime, actor: Actor, post_id: PostId) -> list[Revision]:
    """List a post's revisions, newest first.

    Raises:
        NotFound: There is no such post.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        await need_post(tx, post_id)
        query = (
            select(Revision).where(Revision.post_id == post_id).order_by(Revision.number.desc()).limit(500)
        )
        return list((await tx.scalars(query)).all())
