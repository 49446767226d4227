"""Whether somebody may approve a post, and whether that is enough."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.errors import NotAllowed, WrongState
from signoff.kernel.people import Actor
from signoff.records.models import Post
from signoff.records.posts.standing import read_standing
from signoff.records.tenants import Brand


async def completes(tx: AsyncSession, actor: Actor, post: Post) -> bool:
    """Tell whether the actor's approval of a locked post in review would be the last one it takes.

    The brand's row stays locked against a change of its rules until the transaction ends.

    Raises:
        NotAllowed: It is the actor's own work, and the rule asks for others.
        WrongState: They approved this version already.
    """
    await tx.execute(select(Brand.id).where(Brand.id == post.brand_id).with_for_update(read=True))
    standing = await read_standing(tx, post)
    if standing.is_barred(actor.person_id):
        raise NotAllowed(
            "No one approves their own post here: you wrote part of it, or handed it in.",
            next_step="Ask another reviewer. You may still request changes or skip it.",
        )
    # Where the rule was loosened since, enough people approved, and one of them may complete it.
    if standing.has_approved(actor.person_id) and standing.missing:
        raise WrongState(
            "You approved this version already; it waits for others.",
            next_step="Ask another reviewer, or take your approval back.",
            state=str(post.state),
        )
    return standing.missing <= 1
