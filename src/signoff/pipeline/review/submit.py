"""Handing a draft in for review: its variants are rendered once more and frozen."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.errors import Invalid, NotAllowed, OverLimit, VersionChanged
from signoff.kernel.ids import PostId, RevisionId, VariantId, new_id
from signoff.kernel.people import Actor, May
from signoff.records.alerts.news import tell_reviewers
from signoff.records.deliveries.views import PostView
from signoff.records.models import Post, Revision, Variant
from signoff.records.moves import lock_post, move_post
from signoff.records.posts.previews import content_of, objections_of
from signoff.records.posts.queries import read_post
from signoff.records.posts.readiness import read_readiness
from signoff.records.posts.render import RenderedVariant, render_content
from signoff.records.states import POST_MOVES, PostAction
from signoff.records.tenants import ApprovalRule, Brand
from signoff.runtime import Runtime


async def submit(runtime: Runtime, actor: Actor, post_id: PostId, *, version: int | None = None) -> PostView:
    """Move a draft into review.

    Args:
        runtime: What use cases need.
        actor: The author, or who may edit all posts.
        post_id: The draft.
        version: The version that the author looked at; None: whatever is stored.

    Raises:
        NotFound: There is no such post.
        NotAllowed: Somebody else's post, and the role edits only its own.
        WrongState: It isn't a draft.
        VersionChanged: Somebody saved a newer version.
        OverLimit: Something exceeds what a channel takes; `errors` says what and by how much.
        Invalid: Its score is less than the brand asks for.
    """
    actor.need(May.WRITE_POSTS)
    async with runtime.transaction(actor.organization_id) as tx:
        post = await lock_post(tx, post_id)
        if post.author_id != actor.person_id and not actor.may(May.EDIT_ALL_POSTS):
            raise NotAllowed("Authors submit their own posts.", next_step="Ask its author or an admin.")
        if version is not None and post.version != version:
            raise VersionChanged(
                "Somebody saved a newer version; nothing was submitted.",
                next_step="Look at the newer version, then submit again.",
                version=post.version,
            )
        post.handed_in_by = actor.person_id
        await hand_in(runtime, tx, actor, post)
        await tell_reviewers(tx, post, actor)
        return await read_post(tx, post.id)


async def hand_in(runtime: Runtime, tx: AsyncSession, actor: Actor, post: Post) -> None:
    """Freeze a locked draft's variants and move it into review, as a new round.

    Raises:
        WrongState: It isn't a draft.
        OverLimit: Something exceeds what a channel takes.
        Invalid: Its score is less than the brand asks for.
    """
    if post.state in POST_MOVES[PostAction.SUBMIT].sources:
        await _freeze(runtime, tx, post)
        await _need_score(runtime, tx, post)
    await move_post(tx, post, PostAction.SUBMIT, actor, changes_requested=False, round=post.round + 1)


async def _freeze(runtime: Runtime, tx: AsyncSession, post: Post) -> None:
    brand = await tx.get_one(Brand, post.brand_id)
    revision = await tx.get_one(Revision, post.revision_id)
    rendered = await render_content(runtime, tx, brand, content_of(revision, str(post.content_type)))
    if found := objections_of(rendered):
        raise OverLimit(
            found[0].message if len(found) == 1 else f"{len(found)} things stand in the way of a review.",
            next_step="Change what is listed, then submit again.",
            errors=[{"field": one.field, "message": one.message} for one in found],
        )
    stored = {v.channel_id: v.canonical for v in await _variants(tx, revision.id)}
    if stored == {variant.channel.id: variant.canonical for variant in rendered}:
        return
    if stored:  # a channel was changed since this revision was frozen: what is reviewed now is another one
        revision = _copy(revision)
        tx.add(revision)
        post.revision_id = revision.id
    tx.add_all(_frozen(revision, variant) for variant in rendered)


async def _need_score(runtime: Runtime, tx: AsyncSession, post: Post) -> None:
    least = await tx.scalar(select(ApprovalRule.least_score).where(ApprovalRule.brand_id == post.brand_id))
    if least is None:
        return
    await tx.flush()
    view = await read_post(tx, post.id)
    score = (await read_readiness(runtime, tx, [view]))[post.id].score
    if score.value < least:
        raise Invalid(
            f"Its score is {score.value}, and {view.brand.name} asks for {least} or more before a review.",
            field="score",
            next_step="See what its score says, change that, then submit again.",
            score=score.value,
            least_score=least,
        )


async def _variants(tx: AsyncSession, revision_id: RevisionId) -> list[Variant]:
    return list((await tx.scalars(select(Variant).where(Variant.revision_id == revision_id))).all())


def _copy(revision: Revision) -> Revision:
    return Revision(
        id=RevisionId(new_id()),
        organization_id=revision.organization_id,
        post_id=revision.post_id,
        number=revision.number + 1,
        title=revision.title,
        body=revision.body,
        link=revision.link,
        media=revision.media,
        channel_ids=revision.channel_ids,
        overrides=revision.overrides,
        metadata_=revision.metadata_,
        origin=revision.origin,
        origin_detail=revision.origin_detail,
        created_by=revision.created_by,
    )


def _frozen(revision: Revision, variant: RenderedVariant) -> Variant:
    return Variant(
        id=VariantId(new_id()),
        organization_id=revision.organization_id,
        post_id=revision.post_id,
        revision_id=revision.id,
        channel_id=variant.channel.id,
        canonical=variant.canonical,
        digest=variant.digest,
        notes=list(variant.rendered.notes),
    )
