"""Saying of one statement that it was checked, or taking that back. It approves nothing."""

from __future__ import annotations

from signoff.audit import chain
from signoff.kernel.errors import ContentChanged, NotFound, WrongState
from signoff.kernel.ids import PostId
from signoff.kernel.people import Actor, May
from signoff.records.moves import lock_post
from signoff.records.posts.queries import read_post
from signoff.records.posts.readiness import Readiness, StatementCheck, read_readiness
from signoff.records.states import PostState
from signoff.runtime import Runtime


async def check_statement(
    runtime: Runtime, actor: Actor, post_id: PostId, statement: str, *, seen: str, is_checked: bool
) -> Readiness:
    """Mark a statement of a post in review; give the post's readiness with the mark.

    Args:
        runtime: What use cases need.
        actor: The reviewer, a person.
        post_id: The post.
        statement: The statement's key.
        seen: The fingerprint of what the reviewer was shown.
        is_checked: False takes the mark back.

    Raises:
        NotFound: There is no such post, or no such statement in it.
        NotAllowed: The role may not decide.
        WrongState: The post isn't in review.
        ContentChanged: It isn't what was shown any more.
    """
    actor.need(May.DECIDE)
    person_id = actor.need_person()
    async with runtime.transaction(actor.organization_id) as tx:
        post = await lock_post(tx, post_id)
        if post.state is not PostState.IN_REVIEW:
            raise WrongState(
                "Statements are checked while a post is in review.",
                next_step="Reload to see where it stands.",
            )
        view = await read_post(tx, post_id)
        before = (await read_readiness(runtime, tx, [view]))[post_id]
        if before.seen != seen:
            raise ContentChanged(
                "The post isn't what you were shown any more; nothing was marked.",
                next_step="Look at the present version.",
            )
        found = next((each for each in before.statements if each.statement.key == statement), None)
        if found is None:
            raise NotFound("There is no such statement in this version.")
        if bool(found.checked_by) is is_checked:
            return before
        sentence = found.statement.sentence
        tx.add(
            StatementCheck(
                organization_id=actor.organization_id,
                post_id=post_id,
                revision_id=post.revision_id,
                seen=seen,
                statement=statement,
                sentence=sentence,
                is_checked=is_checked,
                person_id=person_id,
            )
        )
        await tx.flush()
        chain.record(
            tx,
            actor,
            "post.check_statement" if is_checked else "post.uncheck_statement",
            ("post", post_id),
            after={"statement": statement, "sentence": sentence, "seen": seen},
            post_id=post_id,
        )
        return (await read_readiness(runtime, tx, [view]))[post_id]
