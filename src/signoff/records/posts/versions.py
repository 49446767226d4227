"""The history of a post: its revisions, who made them, and what was decided about each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from signoff.kernel.errors import NotFound
from signoff.kernel.ids import PostId
from signoff.kernel.people import Actor, May
from signoff.records.models import Decision, Revision
from signoff.records.posts.queries import need_post
from signoff.records.posts.standing import read_decisions
from signoff.records.tenants import Person
from signoff.runtime import Runtime

_SHOWN: Final = 500


@dataclass(frozen=True, slots=True)
class Version:
    """A revision with the names people know it by."""

    revision: Revision
    author_name: str
    """Empty: Signoff, or a program."""
    decisions: Sequence[tuple[Decision, str]] = ()
    """Newest first, with who decided."""


async def list_versions(runtime: Runtime, actor: Actor, post_id: PostId) -> list[Version]:
    """List a post's revisions, newest first.

    Raises:
        NotFound: There is no such post.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        await need_post(tx, post_id)
        decisions = (await read_decisions(tx, [post_id])).get(post_id, ())
        query = (
            select(Revision, Person)
            .outerjoin(Person, Person.id == Revision.created_by)
            .where(Revision.post_id == post_id)
            .order_by(Revision.number.desc())
            .limit(_SHOWN)
        )
        return [
            Version(
                revision,
                person.display_name if person else "",
                [(one, who) for one, who in decisions if one.revision_id == revision.id],
            )
            for revision, person in await tx.execute(query)
        ]


def version_of(versions: Sequence[Version], number: int) -> Version:
    """Pick one by its number.

    Raises:
        NotFound: There is none.
    """
    for version in versions:
        if version.revision.number == number:
            return version
    raise NotFound(f"There is no version {number}.", next_step="Look at the list of versions.")
