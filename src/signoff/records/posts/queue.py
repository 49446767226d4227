"""What waits for a decision, and for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ARRAY, ColumnElement, Uuid, and_, any_, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from signoff.kernel.ids import BrandId, ChannelId, PersonId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.views import PostView
from signoff.records.models import Decision, Post, TakenBack
from signoff.records.pages import Page
from signoff.records.posts.listing import Found, goes_to, page_of_posts
from signoff.records.states import PostState, Verdict
from signoff.records.tenants import ApprovalRule, Channel
from signoff.runtime import Runtime

_Waiting: Final = aliased(Post)


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """How many posts wait for a decision."""

    mine: int
    team: int


async def review_queue(  # noqa: PLR0913 - one argument for each filter
    runtime: Runtime,
    actor: Actor,
    *,
    mine: bool = False,
    brand_id: BrandId | None = None,
    channel_id: ChannelId | None = None,
    author_id: PersonId | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[PostView]:
    """List what waits for a decision, longest waiting first; `mine`: for the actor, or for nobody else.

    What the actor approved already isn't among `mine`, and neither is their own work where others approve.
    """
    actor.need(May.READ)
    wanted = [Found.organization_id == actor.organization_id, Found.state == PostState.IN_REVIEW]
    if mine:
        wanted.append(waits_for(Found, actor.person_id))
    if brand_id is not None:
        wanted.append(Found.brand_id == brand_id)
    if channel_id is not None:
        wanted.append(goes_to(channel_id))
    if author_id is not None:
        wanted.append(Found.author_id == author_id)
    return await page_of_posts(runtime, actor, wanted, sort="state_since", cursor=cursor, limit=limit)


async def count_queue(runtime: Runtime, actor: Actor) -> QueueCounts:
    """Count what waits for a decision."""
    actor.need(May.READ)
    waiting = (Post.state == PostState.IN_REVIEW, Post.deleted_at.is_(None))
    query = select(func.count(), func.count().filter(waits_for(Post, actor.person_id))).where(*waiting)
    async with runtime.transaction(actor.organization_id) as tx:
        team, mine = (await tx.execute(query)).one()
        return QueueCounts(mine=mine, team=team)


def waits_for(
    posts: type[Post], person: PersonId | InstrumentedAttribute[PersonId] | None
) -> ColumnElement[bool]:
    """Match posts in review that somebody is asked to decide about, if their role may.

    They look after it, or nobody in particular does, which is everybody; they haven't approved it yet, and it
    isn't their own work where others have to approve.
    """
    looked_after = or_(posts.assignee_id.is_(None), posts.assignee_id == person)
    approved = (
        select(Decision.id)
        .join(_Waiting, and_(_Waiting.id == Decision.post_id, _Waiting.round == Decision.round))
        .where(
            Decision.post_id == posts.id,
            Decision.revision_id == posts.revision_id,
            Decision.person_id == person,
            Decision.verdict == Verdict.APPROVE,
            ~select(TakenBack.decision_id).where(TakenBack.decision_id == Decision.id).exists(),
        )
    )
    return and_(looked_after, ~approved.exists(), ~_is_barred(posts, person))


def _is_barred(
    posts: type[Post], person: PersonId | InstrumentedAttribute[PersonId] | None
) -> ColumnElement[bool]:
    """Whose work it is costs a look at all its versions: asked last, and of brands with such a rule alone."""
    with_rule = (
        select(func.coalesce(ApprovalRule.brand_id, Channel.brand_id))
        .outerjoin(Channel, Channel.id == ApprovalRule.channel_id)
        .where(ApprovalRule.four_eyes.is_(True))
    )
    needed = func.approval_needed(posts.id, posts.revision_id).table_valued("approvals", "four_eyes")
    return and_(
        posts.brand_id.in_(with_rule),
        exists().select_from(needed).where(needed.c.four_eyes),
        any_(func.writers_of(posts.id, type_=ARRAY(Uuid))) == person,
    )
