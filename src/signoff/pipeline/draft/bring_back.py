"""Bringing an earlier version of a draft back: as a new revision, and nothing leaves the history."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.errors import NotFound
from signoff.kernel.ids import PostId
from signoff.kernel.people import Actor, May
from signoff.pipeline.draft.content import PostDraft, draft_of
from signoff.pipeline.draft.edit import REVISED, edit_post
from signoff.records.deliveries.views import PostView
from signoff.records.models import Revision
from signoff.records.posts.queries import read_post
from signoff.records.tenants import Channel
from signoff.runtime import Runtime

_MOST_NUMBERS: Final = 2**31 - 1


async def bring_back(
    runtime: Runtime, actor: Actor, post_id: PostId, number: int, *, version: int
) -> PostView:
    """Give a draft the content of one of its revisions, without channels that are gone or another brand's.

    Raises:
        NotFound: There is no such post or revision.
        NotAllowed: Somebody else's post, and the role edits only its own.
        WrongState: It isn't a draft.
        VersionChanged: Somebody saved a newer version.
    """
    actor.need(May.WRITE_POSTS)
    async with runtime.transaction(actor.organization_id) as tx:
        view = await read_post(tx, post_id)
        wanted = select(Revision).where(Revision.post_id == post_id, Revision.number == number)
        revision = await tx.scalar(wanted) if 0 < number <= _MOST_NUMBERS else None
        if revision is None:
            raise NotFound(f"There is no version {number}.", next_step="Look at the list of versions.")
        former = draft_of(view.post, revision)
        there = await _there(tx, former)
    changes = {name: getattr(former, name) for name in REVISED}
    changes["channels"] = [each for each in former.channels if each in there]
    changes["overrides"] = {key: own for key, own in former.overrides.items() if key in there}
    return await edit_post(runtime, actor, post_id, changes, version=version, brings_back=number)


async def _there(tx: AsyncSession, draft: PostDraft) -> set[object]:
    query = select(Channel.id).where(
        Channel.id.in_({*draft.channels, *draft.overrides}),
        Channel.brand_id == draft.brand_id,
        Channel.removed_at.is_(None),
    )
    return set(await tx.scalars(query))
