"""Taking one's own decision back, as long as nothing came of it: the post waits in the queue again."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.kernel.errors import NotAllowed, NotFound, WrongState
from signoff.kernel.ids import DecisionId, PostId
from signoff.kernel.people import Actor, May
from signoff.records.deliveries.views import PostView
from signoff.records.models import Decision, Delivery, Post, Seal, TakenBack
from signoff.records.moves import lock_post, move_post, withdraw_open
from signoff.records.posts.queries import read_post
from signoff.records.posts.standing import read_standing
from signoff.records.states import DeliveryState, PostAction, PostState, Verdict
from signoff.runtime import Runtime

_WITHDRAWN: Final = "The decision was taken back."
_HARMLESS: Final = frozenset({DeliveryState.SCHEDULED, DeliveryState.CANCELLED})
"""Of such deliveries nothing can have left the house."""

_LED_TO: Final = {
    Verdict.APPROVE: PostState.APPROVED,
    Verdict.REQUEST_CHANGES: PostState.DRAFT,
    Verdict.SKIP: PostState.ARCHIVED,
}


async def undo_decision(runtime: Runtime, actor: Actor, post_id: PostId, decision_id: DecisionId) -> PostView:
    """Bring a post back into review as it was decided about; an approval's seal and deliveries are withdrawn.

    Approvals by others of the same version stand again. An approval that a request for changes had withdrawn
    doesn't come back. One that didn't complete what the brand asks for is taken back whoever approved since.

    Raises:
        NotFound: There is no such post, or no such decision about it.
        NotAllowed: The role may not decide, or somebody else decided.
        WrongState: Something came of it: it is edited, decided about again, or on its way.
    """
    actor.need(May.DECIDE)
    person_id = actor.need_person()
    async with runtime.transaction(actor.organization_id) as tx:
        post = await lock_post(tx, post_id)
        loose = await _loose(tx, post, decision_id)
        decision = loose or await _last_decision(tx, post, decision_id)
        if decision.person_id != person_id:
            raise NotAllowed(
                "Only who decided takes it back.", next_step="Request changes, or ask the person who decided."
            )
        if loose:
            await _take_back(tx, decision)
        else:
            await _reopen(tx, post, decision, actor)
        chain.record(
            tx,
            actor,
            "post.undo_decision",
            ("decision", decision.id),
            before={"verdict": str(decision.verdict)},
            post_id=post.id,
        )
        return await read_post(tx, post.id)


async def _loose(tx: AsyncSession, post: Post, decision_id: DecisionId) -> Decision | None:
    """Give the decision if it is an approval that waits for others."""
    if post.state is not PostState.IN_REVIEW:
        return None
    approvals = (await read_standing(tx, post)).approvals
    return next((each for each, _ in approvals if each.id == decision_id), None)


async def _reopen(tx: AsyncSession, post: Post, decision: Decision, actor: Actor) -> None:
    """Bring the post back into the round in which it was decided about."""
    _need_unchanged(post, decision)
    if await tx.get(TakenBack, decision.id):
        raise WrongState("This decision was taken back already.", next_step="Look at the post.")
    is_used_up = await _is_used_up(tx, post, decision)
    await _back_to_draft(tx, post, decision, actor)
    await _take_back(tx, decision)
    facts = {"changes_requested": False, "round": post.round + is_used_up}
    await move_post(tx, post, PostAction.SUBMIT, actor, **facts)


async def _take_back(tx: AsyncSession, decision: Decision) -> None:
    mark = TakenBack(
        decision_id=decision.id, organization_id=decision.organization_id, post_id=decision.post_id
    )
    tx.add(mark)
    await tx.flush()


async def _is_used_up(tx: AsyncSession, post: Post, decision: Decision) -> bool:
    """Tell whether the request for changes withdrew a seal: the approvals under it don't come back either."""
    sealed = select(Seal.id).where(Seal.revision_id == post.revision_id, Seal.round == post.round)
    return decision.verdict is Verdict.REQUEST_CHANGES and await tx.scalar(sealed.limit(1)) is not None


async def _back_to_draft(tx: AsyncSession, post: Post, decision: Decision, actor: Actor) -> None:
    if decision.verdict is Verdict.APPROVE:
        await _need_nothing_sent(tx, post)
        await move_post(tx, post, PostAction.REQUEST_CHANGES, actor)
        await withdraw_open(tx, Delivery.post_id == post.id, actor, reason=_WITHDRAWN)
    elif decision.verdict is Verdict.SKIP:
        await move_post(tx, post, PostAction.RESTORE, actor, archive_reason="")


async def _last_decision(tx: AsyncSession, post: Post, decision_id: DecisionId) -> Decision:
    query = select(Decision).where(Decision.post_id == post.id)
    decisions = (await tx.scalars(query.order_by(Decision.created_at.desc(), Decision.id.desc()))).all()
    if decision_id not in {each.id for each in decisions}:
        raise NotFound("There is no such decision about this post.")
    if decisions[0].id != decision_id:
        raise WrongState("Somebody decided about this post since.", next_step="Look at the post.")
    return decisions[0]


def _need_unchanged(post: Post, decision: Decision) -> None:
    """Whatever somebody did since the decision counts, a change that makes no revision (tags, times) too."""
    if post.state is not _LED_TO[decision.verdict] or post.revision_id != decision.revision_id:
        raise WrongState(
            "The post went on since; the decision can't be taken back.",
            next_step="Look at the post.",
            state=str(post.state),
        )
    if post.updated_at != post.state_since:  # a move sets both to the same moment, an edit only the first
        raise WrongState(
            "The author edited the post since; taking the decision back would hide that from the review.",
            next_step="Leave the decision, or have the post handed in again.",
            state=str(post.state),
        )


async def _need_nothing_sent(tx: AsyncSession, post: Post) -> None:
    """Lock the deliveries and look: a worker that holds one may be about to send it."""
    query = select(Delivery).where(Delivery.post_id == post.id, Delivery.seal_id == post.seal_id)
    locked = query.order_by(Delivery.id).with_for_update(key_share=True)
    rows = (await tx.scalars(locked.execution_options(populate_existing=True))).all()
    if any(each.state not in _HARMLESS for each in rows):
        raise WrongState(
            "It is out, or on its way; the approval can't be taken back.",
            next_step="Cancel or take down its deliveries, or request changes.",
        )
