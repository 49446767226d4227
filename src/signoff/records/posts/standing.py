"""How far the approval of a post is: how many people it takes, who approved, and who can't.

The database counts by the same functions before there is a seal; what is told here decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.db.arrays import among
from signoff.kernel.ids import PersonId, PostId
from signoff.records.models import Decision, Post, Seal
from signoff.records.states import PostState, Verdict
from signoff.records.tenants import Person

Decisions = Sequence[tuple[Decision, str]]
"""Of one post, newest first, each with the name of who decided."""

_RULES: Final = text("""
    SELECT p.id, n.approvals, n.four_eyes, writers_of(p.id) AS writers,
        ARRAY(SELECT r.created_by FROM revisions r WHERE r.post_id = p.id AND r.created_by IS NOT NULL)
            AS own_writers,
        ARRAY(SELECT t.decision_id FROM taken_back t WHERE t.post_id = p.id) AS taken_back,
        ARRAY(SELECT DISTINCT d.person_id FROM decisions d
              WHERE d.post_id = p.id AND d.round = p.round AND may_decide(d.person_id, p.id)) AS deciders
    FROM posts p CROSS JOIN LATERAL approval_needed(p.id, p.revision_id) n
    WHERE p.id = ANY (CAST(:ids AS uuid[]))
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """The approval of a post in review, or the one under which it was sealed."""

    needed: int
    """So many different people must approve the same version."""
    four_eyes: bool
    """Nobody who had a hand in the post counts."""
    approvals: Decisions
    """Those that count, the oldest first."""
    writers: frozenset[PersonId]
    """Whose hand it was: in any of its versions and, until it is sealed, in what it was copied from or in
    handing it in."""

    @property
    def missing(self) -> int:
        return max(self.needed - len(self.approvals), 0)

    def has_approved(self, person_id: PersonId | None) -> bool:
        return any(decision.person_id == person_id for decision, _ in self.approvals)

    def is_barred(self, person_id: PersonId | None) -> bool:
        """It is their own work, which others approve."""
        return self.four_eyes and person_id in self.writers


async def read_standings(
    tx: AsyncSession, posts: Iterable[tuple[Post, Seal | None]], decisions: Mapping[PostId, Decisions]
) -> dict[PostId, Standing]:
    """Give it for those of the posts that wait for a decision or that more than one person approved."""
    asked = {
        post.id: (post, seal)
        for post, seal in posts
        if post.state is PostState.IN_REVIEW or (seal and seal.approvals_needed > 1)
    }
    if not asked:
        return {}
    found = {}
    for row in await tx.execute(_RULES, {"ids": list(asked)}):
        post, seal = asked[row.id]
        approved = _approvals(post, decisions.get(post.id, ()), set(row.taken_back))
        writers = frozenset(PersonId(each) for each in row.writers)
        needed, four_eyes = row.approvals, row.four_eyes
        if seal:  # under the rule of then; what it was copied from may have been edited since
            needed, four_eyes = seal.approvals_needed, seal.four_eyes
            writers = frozenset(PersonId(each) for each in row.own_writers)
        else:  # who left, or decides here no more, doesn't help to seal it
            approved = [each for each in approved if each[0].person_id in row.deciders]
        counted = [each for each in approved if not (four_eyes and each[0].person_id in writers)]
        found[post.id] = Standing(needed, four_eyes, counted, writers)
    return found


async def read_standing(tx: AsyncSession, post: Post) -> Standing:
    """Give it of one post in review."""
    return (await read_standings(tx, [(post, None)], await read_decisions(tx, [post.id])))[post.id]


async def read_decisions(
    tx: AsyncSession, post_ids: Sequence[UUID]
) -> dict[PostId, list[tuple[Decision, str]]]:
    """Give all decisions about some posts."""
    query = (
        select(Decision, Person)
        .join(Person, Person.id == Decision.person_id)
        .where(among(Decision.post_id, post_ids))
        .order_by(Decision.created_at.desc(), Decision.id.desc())
    )
    found: dict[PostId, list[tuple[Decision, str]]] = {}
    for decision, person in await tx.execute(query):
        found.setdefault(decision.post_id, []).append((decision, person.display_name))
    return found


def _approvals(post: Post, decisions: Decisions, taken_back: set[UUID]) -> list[tuple[Decision, str]]:
    """Pick the last approval of each person in this round."""
    found: dict[PersonId, tuple[Decision, str]] = {}
    for decision, name in decisions:
        is_of_round = (decision.revision_id, decision.round) == (post.revision_id, post.round)
        if is_of_round and decision.verdict is Verdict.APPROVE and decision.id not in taken_back:
            found.setdefault(decision.person_id, (decision, name))
    return sorted(found.values(), key=lambda each: each[0].created_at)
