"""Only reviewers decide, and only about what waits for them."""

from __future__ import annotations

import pytest
from psycopg.errors import CheckViolation

from signoff.kernel.people import Actor
from signoff.organizations.members import list_members
from signoff.organizations.membership import remove_member
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.review.submit import submit
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.intruder import DECISION, Intruder
from tests.support.posts import in_review, written
from tests.support.world import Neighbour


async def test_an_author_does_not(
    runtime: Runtime, owner: Actor, author: Actor, channel: Channel, intruder: Intruder
) -> None:
    waiting = await in_review(runtime, owner, channel)
    with pytest.raises(CheckViolation, match="only a reviewer"):
        await intruder.tries(DECISION, waiting, person_id=author.person_id)


async def test_a_removed_reviewer_does_not(
    runtime: Runtime, owner: Actor, reviewer: Actor, channel: Channel, intruder: Intruder
) -> None:
    waiting = await in_review(runtime, owner, channel)
    members = await list_members(runtime, owner)
    await remove_member(runtime, owner, next(m.id for m in members if m.person_id == reviewer.person_id))
    with pytest.raises(CheckViolation, match="only a reviewer"):
        await intruder.tries(DECISION, waiting, person_id=reviewer.person_id)


async def test_another_organizations_owner_does_not(
    runtime: Runtime, owner: Actor, channel: Channel, neighbour: Neighbour, intruder: Intruder
) -> None:
    waiting = await in_review(runtime, owner, channel)
    with pytest.raises(CheckViolation, match="only a reviewer"):
        await intruder.tries(DECISION, waiting, person_id=neighbour.owner.person_id)


async def test_nobody_decides_about_a_draft_or_an_older_revision(
    runtime: Runtime, owner: Actor, channel: Channel, intruder: Intruder
) -> None:
    first = await written(runtime, owner, channel)
    with pytest.raises(CheckViolation, match="does not wait"):
        await intruder.tries(DECISION, first)
    await edit_post(runtime, owner, first.post.id, {"body": "Newer."}, version=first.post.version)
    await submit(runtime, owner, first.post.id)
    with pytest.raises(CheckViolation, match="does not wait"):
        await intruder.tries(DECISION, first)
