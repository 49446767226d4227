"""Talking about a post: comments, answers, threads that are settled. Nothing said here decides anything."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now, now_sql
from signoff.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from signoff.kernel.ids import BrandId, CommentId, PersonId, PostId, new_id
from signoff.kernel.notes import checked_note
from signoff.kernel.people import Actor, May
from signoff.records.alerts.news import tell_of_comment
from signoff.records.posts.discussion import Comment, Mention, Thread, read_discussion
from signoff.records.posts.queries import need_post, read_post
from signoff.records.tenants import IS_MEMBER, Membership, Person, sees_brand
from signoff.runtime import Runtime


async def comment(
    runtime: Runtime,
    actor: Actor,
    post_id: PostId,
    body: str,
    *,
    in_reply_to: CommentId | None = None,
    is_for_client: bool = False,
) -> list[Thread]:
    """Say something about a post as it is now, and tell who is meant by “@name”; give all threads.

    Args:
        runtime: What use cases need.
        actor: The person who says it.
        post_id: What it is about.
        body: At most 5,000 characters.
        in_reply_to: The comment that is answered; a reply to a reply joins its thread.
        is_for_client: Clients may read it; an answer is as its thread is.

    Raises:
        NotFound: There is no such post or comment.
        NotAllowed: The role only reads, or it isn't a person.
        Invalid: Nothing is said, or too much.
    """
    person_id = _need_person(actor)
    text = checked_note(body, "body")
    if not text:
        raise Invalid("Write what you want to say.", field="body")
    async with runtime.transaction(actor.organization_id) as tx:
        view = await read_post(tx, post_id)
        head = await _head(tx, post_id, in_reply_to) if in_reply_to else None
        row = Comment(
            id=CommentId(new_id()),
            organization_id=actor.organization_id,
            post_id=post_id,
            revision_id=view.revision.id,
            in_reply_to=head.id if head else None,
            person_id=person_id,
            body=text,
            is_for_client=head.is_for_client if head else is_for_client,
        )
        tx.add(row)
        await tx.flush()
        meant = await _meant(tx, actor, view.post.brand_id, text)
        for each in meant:
            tx.add(Mention(comment_id=row.id, person_id=each, organization_id=actor.organization_id))
        concerned = {view.post.author_id, view.post.assignee_id, *await _talking(tx, head)} - set(meant)
        tell_of_comment(tx, row, concerned)
        await _see(tx, actor, post_id)
        await tx.flush()
        _record(tx, actor, "comment.add", row, mentions=[str(each) for each in meant])
        return await read_discussion(tx, post_id)


async def settle_thread(
    runtime: Runtime, actor: Actor, comment_id: CommentId, *, is_settled: bool
) -> list[Thread]:
    """Mark a thread as settled, or open it again.

    Raises:
        NotFound: There is no such comment.
        NotAllowed: The role only reads.
        WrongState: It is an answer; its thread is settled at the first comment.
    """
    _need_person(actor)
    async with runtime.transaction(actor.organization_id) as tx:
        row = await _lock(tx, comment_id)
        if row.in_reply_to is not None:
            raise WrongState("This is an answer.", next_step="Settle the comment that it answers.")
        if (row.settled_at is not None) != is_settled:
            row.settled_at = await database_now(tx) if is_settled else None
            row.settled_by = actor.person_id if is_settled else None
            await tx.flush()
            _record(tx, actor, "comment.settle" if is_settled else "comment.reopen", row)
        return await read_discussion(tx, row.post_id)


async def withdraw_comment(runtime: Runtime, actor: Actor, comment_id: CommentId) -> list[Thread]:
    """Take back what one said oneself; admins also what others said. Answers to it stay.

    Raises:
        NotFound: There is no such comment.
        NotAllowed: Somebody else said it.
    """
    _need_person(actor)
    async with runtime.transaction(actor.organization_id) as tx:
        row = await _lock(tx, comment_id)
        if row.person_id != actor.person_id and not actor.may(May.EDIT_ALL_POSTS):
            raise NotAllowed("Somebody else said this.", next_step="Answer it, or ask them to take it back.")
        if row.withdrawn_at is None:
            row.withdrawn_at = await database_now(tx)
            await tx.flush()
            _record(tx, actor, "comment.withdraw", row)
        return await read_discussion(tx, row.post_id)


async def see_mentions(runtime: Runtime, actor: Actor, post_id: PostId) -> None:
    """Note that the person has looked at a post's discussion.

    Raises:
        NotFound: There is no such post.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        await need_post(tx, post_id)
        await _see(tx, actor, post_id)


def _need_person(actor: Actor) -> PersonId:
    actor.need(May.WRITE_POSTS)
    return actor.need_person()


async def _head(tx: AsyncSession, post_id: PostId, answered: CommentId) -> Comment:
    found = await tx.get(Comment, answered)
    if found is None or found.post_id != post_id:
        raise NotFound("There is no such comment on this post.")
    return found if found.in_reply_to is None else await tx.get_one(Comment, found.in_reply_to)


async def _talking(tx: AsyncSession, head: Comment | None) -> set[PersonId]:
    """Give who said something in a thread."""
    if head is None:
        return set()
    replies = select(Comment.person_id).where(Comment.in_reply_to == head.id, Comment.withdrawn_at.is_(None))
    return {head.person_id, *await tx.scalars(replies)}


async def _lock(tx: AsyncSession, comment_id: CommentId) -> Comment:
    row = await tx.get(Comment, comment_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such comment.")
    return row


async def _meant(tx: AsyncSession, actor: Actor, brand_id: BrandId, text: str) -> Sequence[PersonId]:
    """Find who is meant by “@Ruth”, “@Ruth Calder” or “@ruth@example.org” among those who see the brand."""
    if "@" not in text:
        return ()
    query = (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.organization_id == actor.organization_id,
            IS_MEMBER,
            sees_brand(brand_id),
        )
    )
    people = (await tx.scalars(query)).all()
    return [each.id for each in people if each.id != actor.person_id and _is_meant(each, people, text)]


def _is_meant(person: Person, people: Iterable[Person], text: str) -> bool:
    names = [person.email, person.display_name]
    if [_first_name(each) for each in people].count(_first_name(person)) == 1:
        names.append(_first_name(person))
    return any(re.search(rf"(?<!\w)@{re.escape(name)}(?!\w)", text, re.IGNORECASE) for name in names if name)


def _first_name(person: Person) -> str:
    return person.display_name.lower().strip().partition(" ")[0]


async def _see(tx: AsyncSession, actor: Actor, post_id: PostId) -> None:
    of_post = select(Comment.id).where(Comment.post_id == post_id)
    await tx.execute(
        update(Mention)
        .where(
            Mention.person_id == actor.person_id, Mention.seen_at.is_(None), Mention.comment_id.in_(of_post)
        )
        .values(seen_at=now_sql())
    )


def _record(tx: AsyncSession, actor: Actor, action: str, row: Comment, **more: object) -> None:
    after = {"revision_id": str(row.revision_id), "for_client": row.is_for_client, **more}
    chain.record(tx, actor, action, ("comment", row.id), after=after, post_id=row.post_id)
