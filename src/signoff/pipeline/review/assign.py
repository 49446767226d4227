"""Saying who looks after the review of a post. It obliges nobody else: every reviewer may still decide."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import BrandId, PersonId, PostId
from signoff.kernel.people import LEAST_ROLE, Actor, May
from signoff.records.alerts.news import tell_reviewers
from signoff.records.models import Post
from signoff.records.posts.queries import read_post
from signoff.records.states import PostState
from signoff.records.tenants import IS_MEMBER, Membership, sees_brand
from signoff.runtime import Runtime


async def assign(runtime: Runtime, actor: Actor, post_id: PostId, person_id: PersonId | None) -> None:
    """Say who looks after a post's review; None: nobody in particular.

    Raises:
        NotFound: There is no such post.
        NotAllowed: The role only reads.
        Invalid: That person can't decide about this post.
    """
    actor.need(May.WRITE_POSTS)
    async with runtime.transaction(actor.organization_id) as tx:
        view = await read_post(tx, post_id)
        if person_id is not None:
            await _need_reviewer(tx, actor, view.post.brand_id, person_id)
        before = view.post.assignee_id
        if before == person_id:
            return
        await tx.execute(update(Post).where(Post.id == post_id).values(assignee_id=person_id))
        chain.record(
            tx,
            actor,
            "post.assign",
            ("post", post_id),
            before={"assignee_id": str(before or "")},
            after={"assignee_id": str(person_id or "")},
            post_id=post_id,
        )
        if person_id is not None and view.post.state is PostState.IN_REVIEW:
            await tx.refresh(view.post, ["assignee_id"])
            await tell_reviewers(tx, view.post, actor)


async def _need_reviewer(tx: AsyncSession, actor: Actor, brand_id: BrandId, person_id: PersonId) -> None:
    query = select(Membership.role).where(
        Membership.organization_id == actor.organization_id,
        Membership.person_id == person_id,
        IS_MEMBER,
        sees_brand(brand_id),
    )
    role = await tx.scalar(query)
    if role is None or role.rank < LEAST_ROLE[May.DECIDE].rank:
        raise Invalid(
            "This person doesn't decide about posts here.",
            field="person_id",
            next_step="Choose a reviewer or somebody above.",
        )
