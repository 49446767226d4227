"""Deciding about exactly what the reviewer saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.kernel.errors import ContentChanged, Invalid, NotAllowed, WrongState
from signoff.kernel.ids import DecisionId, PostId, SealId, new_id
from signoff.kernel.notes import checked_note
from signoff.kernel.people import Actor, May
from signoff.pipeline.review.quorum import completes
from signoff.records.alerts.news import tell_writers
from signoff.records.deliveries.queries import views_of
from signoff.records.deliveries.views import DeliveryView, PostView
from signoff.records.models import Decision, Delivery, Post, Revision, Seal, Variant
from signoff.records.moves import lock_post, move_post, withdraw_open
from signoff.records.planning.crowding import with_warnings
from signoff.records.planning.placement import Schedule, check_channels, place_deliveries
from signoff.records.posts.queries import read_post
from signoff.records.posts.seal import seal_of
from signoff.records.states import POST_MOVES, PostAction, PostState, Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime

_ACTIONS = {
    Verdict.APPROVE: PostAction.APPROVE,
    Verdict.REQUEST_CHANGES: PostAction.REQUEST_CHANGES,
    Verdict.SKIP: PostAction.SKIP,
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision did."""

    decision: Decision
    post: PostView
    seal: Seal | None
    """None also of an approval that others have to join."""
    deliveries: Sequence[DeliveryView]
    """Made by the schedule in the same step."""
    on_their_way: Sequence[DeliveryView]
    """Of a withdrawn approval: what can't be stopped any more."""


async def decide(  # noqa: PLR0913 - a decision is all of this
    runtime: Runtime,
    actor: Actor,
    post_id: PostId,
    verdict: Verdict,
    *,
    seen: str,
    comment: str = "",
    schedule: Schedule | None = None,
    facts_confirmed: bool = False,
) -> Decided:
    """Approve, request changes or skip. The approval that completes what the brand asks for seals it.

    It may schedule the post as well; until then the post stays in review.

    Args:
        runtime: What use cases need.
        actor: The person who decides.
        post_id: What is decided about.
        verdict: What they say.
        seen: The fingerprint of what the reviewer was shown.
        comment: Needed for everything but an approval.
        schedule: With an approval only.
        facts_confirmed: The reviewer checked prices, hours and names; a model's text isn't approved without.

    Raises:
        NotFound: There is no such post.
        NotAllowed: The role may not decide, or not schedule; or others have to approve the actor's own work.
        WrongState: The post doesn't wait for this, or the actor approved it already.
        ContentChanged: The post, or one of its channels, isn't what was shown any more.
        Invalid: The comment is missing or too long, the schedule is wrong, or facts aren't confirmed.
    """
    comment = checked_note(comment, "comment")
    _check_request(actor, verdict, comment, schedule)
    async with runtime.transaction(actor.organization_id) as tx:
        post = await lock_post(tx, post_id)
        await _check_seen(tx, post, verdict, seen)
        decision = _decision(post, actor, verdict, seen, comment)
        decision.facts_confirmed = facts_confirmed
        await _check_facts(tx, decision)
        is_complete = verdict is Verdict.APPROVE and await completes(tx, actor, post)
        if schedule and not is_complete:
            raise Invalid(
                "More people have to approve this before it can be scheduled; nothing was decided.",
                field="schedule",
                next_step="Approve without a time: whoever completes the approval chooses it.",
            )
        tx.add(decision)
        await tx.flush()
        chain.record(
            tx,
            actor,
            f"post.decide_{verdict}",
            ("decision", decision.id),
            after=_said(decision),
            post_id=post.id,
        )
        seal, stuck = None, list[Delivery]()
        if is_complete:
            seal = await _seal(runtime, tx, post, decision, actor)
        elif verdict is not Verdict.APPROVE:
            stuck = await _turn_down(tx, post, verdict, actor, comment)
        if post.state is not PostState.IN_REVIEW:
            await tell_writers(tx, post, decision)
        placed = await place_deliveries(runtime, tx, actor, post, schedule) if schedule else []
        return Decided(
            decision=decision,
            post=await read_post(tx, post.id),
            seal=seal,
            deliveries=await with_warnings(
                runtime, tx, await views_of(tx, [delivery.id for delivery in placed])
            ),
            on_their_way=await views_of(tx, [delivery.id for delivery in stuck]),
        )


def _check_request(actor: Actor, verdict: Verdict, comment: str, schedule: Schedule | None) -> None:
    actor.need(May.DECIDE)
    if actor.person_id is None:
        raise NotAllowed("Only a person decides.")
    if schedule is not None:
        actor.need(May.SCHEDULE)
        if verdict is not Verdict.APPROVE:
            raise Invalid("Only an approval can schedule.", field="schedule")
    if verdict is not Verdict.APPROVE and not comment:
        what = "needs to be changed" if verdict is Verdict.REQUEST_CHANGES else "speaks against it"
        raise Invalid(f"Say what {what}.", field="comment", next_step="Write a comment for the author.")


async def _check_seen(tx: AsyncSession, post: Post, verdict: Verdict, seen: str) -> None:
    if post.state not in POST_MOVES[_ACTIONS[verdict]].sources:
        raise WrongState(
            f"The post is {str(post.state).replace('_', ' ')}; there is nothing to decide this way.",
            next_step="Reload to see where it stands.",
            state=str(post.state),
        )
    variants = (await tx.scalars(select(Variant).where(Variant.revision_id == post.revision_id))).all()
    if seal_of(variants) != seen:
        raise ContentChanged(
            "The post isn't what you were shown any more; nothing was decided.",
            next_step="Look at the present version, then decide again.",
        )


async def _check_facts(tx: AsyncSession, decision: Decision) -> None:
    """What a model wrote needs somebody who vouches for it."""
    if decision.verdict is not Verdict.APPROVE or decision.facts_confirmed:
        return
    if (await tx.get_one(Revision, decision.revision_id)).origin == "model":
        raise Invalid(
            "A language model wrote this: confirm that its facts are right before you approve it.",
            field="facts_confirmed",
            next_step="Check prices, hours and names, then confirm that you did.",
        )


def _said(decision: Decision) -> dict[str, object]:
    said: dict[str, object] = {
        "revision_id": str(decision.revision_id), "seen": decision.seen, "comment": decision.comment
    }  # fmt: skip
    return said | ({"facts_confirmed": True} if decision.facts_confirmed else {})


def _decision(post: Post, actor: Actor, verdict: Verdict, seen: str, comment: str) -> Decision:
    return Decision(
        id=DecisionId(new_id()),
        organization_id=post.organization_id,
        post_id=post.id,
        revision_id=post.revision_id,
        person_id=actor.person_id,
        verdict=verdict,
        seen=seen,
        comment=comment,
        via=str(actor.via),
    )


async def _seal(runtime: Runtime, tx: AsyncSession, post: Post, decision: Decision, actor: Actor) -> Seal:
    revision = await tx.get_one(Revision, post.revision_id)
    channels = (await tx.scalars(select(Channel).where(Channel.id.in_(revision.channel_ids)))).all()
    await check_channels(runtime, tx, post, channels)
    seal = Seal(
        id=SealId(new_id()),
        organization_id=post.organization_id,
        post_id=post.id,
        revision_id=post.revision_id,
        decision_id=decision.id,
        hash=decision.seen,
    )
    tx.add(seal)
    await tx.flush()
    await move_post(tx, post, PostAction.APPROVE, actor, seal_id=seal.id)
    return seal


async def _turn_down(
    tx: AsyncSession, post: Post, verdict: Verdict, actor: Actor, comment: str
) -> list[Delivery]:
    if verdict is Verdict.SKIP:
        await move_post(tx, post, PostAction.SKIP, actor, archive_reason=comment)
    else:
        await move_post(tx, post, PostAction.REQUEST_CHANGES, actor, changes_requested=True)
    return await withdraw_open(tx, Delivery.post_id == post.id, actor, reason=comment)
