"""What audit entries are about, by the names that people know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from signoff.kernel.people import Actor, May
from signoff.records.library.models import PostTemplate, Snippet
from signoff.records.models import Post
from signoff.records.overview.audit_trail import AuditLine
from signoff.records.tenants import Brand, Channel, Person
from signoff.runtime import Runtime

_NAMED: Final[tuple[tuple[InstrumentedAttribute[Any], InstrumentedAttribute[str]], ...]] = (
    (Post.id, Post.title),
    (Brand.id, Brand.name),
    (Channel.id, Channel.name),
    (Person.id, Person.name),
    (PostTemplate.id, PostTemplate.name),
    (Snippet.id, Snippet.name),
)


async def names_of(runtime: Runtime, actor: Actor, lines: Sequence[AuditLine]) -> dict[UUID, str]:
    """Give the present names of what entries are about, and of their posts, as far as they have one."""
    actor.need(May.READ_AUDIT)
    ids = {each for line in lines for each in (line.entry.subject_id, line.entry.post_id) if each}
    names: dict[UUID, str] = {}
    async with runtime.transaction(actor.organization_id) as tx:
        for key, name in _NAMED:
            names |= {row[0]: row[1] for row in await tx.execute(select(key, name).where(key.in_(ids)))}
    return {key: name for key, name in names.items() if name}
