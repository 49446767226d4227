"""What people narrow the list of posts to, kept under names of their own. Nobody else sees them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import delete, func, select

from signoff.kernel.errors import Invalid, NotFound
from signoff.kernel.ids import SavedViewId
from signoff.kernel.people import Actor, May
from signoff.organizations.lines import one_line
from signoff.records.tenants import SavedView
from signoff.runtime import Runtime

FILTERS: Final = frozenset(
    {
        *("state", "brand", "channel", "author", "assignee", "tag", "search"),
        *("changed", "since", "until", "sort"),
    }
)
"""What a view can keep: the names are those of the list's address."""

_NAME_CHARS: Final = 60
_VALUE_CHARS: Final = 200
_MOST: Final = 30


async def list_views(runtime: Runtime, actor: Actor) -> list[SavedView]:
    """Give the actor's own views by name."""
    actor.need(May.READ)
    query = select(SavedView).where(
        SavedView.organization_id == actor.organization_id, SavedView.person_id == actor.person_id
    )
    async with runtime.transaction(actor.organization_id) as tx:
        return list(await tx.scalars(query.order_by(func.lower(SavedView.name))))


async def save_view(runtime: Runtime, actor: Actor, name: str, filters: Mapping[str, str]) -> SavedView:
    """Keep a view; one of that name, whatever its case, is replaced.

    Raises:
        Invalid: Without a name, with filters that the list doesn't have, or with none.
        NotAllowed: An agent asks.
    """
    actor.need(May.READ)
    person_id = actor.need_person()
    name, kept = _checked_name(name), _checked(filters)
    own = (SavedView.organization_id == actor.organization_id, SavedView.person_id == person_id)
    async with runtime.transaction(actor.organization_id) as tx:
        # Two saves of one name take turns, and so does whoever fills the list up.
        await tx.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"views {person_id}"))))
        known = {view.name.lower(): view for view in await tx.scalars(select(SavedView).where(*own))}
        view = known.get(name.lower())
        if view is None and len(known) >= _MOST:
            raise Invalid(f"You have {_MOST} views already.", next_step="Delete one you don't need.")
        if view is None:
            view = SavedView(organization_id=actor.organization_id, person_id=person_id)
            tx.add(view)
        view.name, view.filters = name, kept
        await tx.flush()
        await tx.refresh(view)
        return view


async def forget_view(runtime: Runtime, actor: Actor, view_id: SavedViewId) -> SavedView:
    """Delete one of the actor's own views, and give what it was.

    Raises:
        NotFound: Not there, or somebody else's.
    """
    actor.need(May.READ)
    query = delete(SavedView).where(
        SavedView.id == view_id,
        SavedView.organization_id == actor.organization_id,
        SavedView.person_id == actor.need_person(),
    )
    async with runtime.transaction(actor.organization_id) as tx:
        gone: SavedView | None = await tx.scalar(query.returning(SavedView))
    if gone is None:
        raise NotFound("There is no such view.")
    return gone


def _checked_name(name: str) -> str:
    name = one_line(name)
    if not 0 < len(name) <= _NAME_CHARS:
        raise Invalid(f"A view needs a name of at most {_NAME_CHARS} characters.", field="name")
    return name


def _checked(filters: Mapping[str, str]) -> dict[str, str]:
    if unknown := sorted(set(filters) - FILTERS):
        raise Invalid(
            f"The list of posts can't be narrowed by {', '.join(unknown)}.",
            field="filters",
            next_step=f"Use {', '.join(sorted(FILTERS))}.",
        )
    kept = {name: one_line(value) for name, value in filters.items() if one_line(value)}
    if not kept:
        raise Invalid(
            "Nothing is chosen that a view could keep.",
            field="filters",
            next_step="Choose a state, a brand or something else first.",
        )
    if any(len(value) > _VALUE_CHARS for value in kept.values()):
        raise Invalid(f"A filter has at most {_VALUE_CHARS} characters.", field="filters")
    return kept
