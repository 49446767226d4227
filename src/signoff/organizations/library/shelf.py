"""What keeping a template and keeping a snippet have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.audit import chain
from signoff.db.clock import database_now
from signoff.kernel.errors import Invalid, NotAllowed, VersionChanged, WrongState
from signoff.kernel.ids import BrandId
from signoff.kernel.people import Actor, May
from signoff.organizations.lines import one_line
from signoff.records.library.models import PostTemplate, Snippet
from signoff.records.library.queries import Kind, find

MOST: Final[Mapping[type[PostTemplate | Snippet], int]] = {Snippet: 200, PostTemplate: 100}
"""So many of each brand, and so many for every brand; archived ones don't count."""

_NAME_CHARS: Final = 80
_CHANGED_BY: Final = frozenset({"version", "updated_by", "updated_at"})

Check = Callable[[Any], Any]


def need_keeper(actor: Actor, brand_id: BrandId | None) -> None:
    """Check who keeps this.

    Raises:
        NotAllowed: The role may not write; or it is for every brand, and the actor doesn't manage brands.
    """
    actor.need(May.WRITE_POSTS)
    if brand_id is not None:
        return
    if actor.brand_ids is not None:
        raise NotAllowed(
            "You see some brands only, and this is for every brand.", next_step="Make one for your brand."
        )
    actor.need(May.MANAGE_BRANDS)


def checked(values: Mapping[str, Any], checks: Mapping[str, Check]) -> dict[str, Any]:
    """Give the values as they are stored.

    Raises:
        Invalid: `errors` names every field that is wrong, with what it must be.
    """
    stored: dict[str, Any] = {}
    problems: list[Invalid] = []
    for name, value in values.items():
        try:
            stored[name] = checks[name](value)
        except Invalid as problem:
            problems.append(problem)
    if problems:
        raise Invalid(
            " ".join(problem.detail for problem in problems),
            errors=[error for problem in problems for error in problem.extra["errors"]],
            next_step=" ".join(dict.fromkeys(filter(None, (problem.next_step for problem in problems)))),
        )
    return stored


def checked_name(name: str) -> str:
    """Raises Invalid: there is none, or it is too long."""
    name = one_line(name)
    if not 0 < len(name) <= _NAME_CHARS:
        raise Invalid(f"It needs a name of at most {_NAME_CHARS} characters.", field="name")
    return name


def checked_text(text: str, field: str, most: int, *, called: str = "text") -> str:
    """Raises Invalid: too long, or it can't be stored."""
    text = text.replace("\r\n", "\n")
    if len(text) > most:
        over = len(text) - most
        raise Invalid(f"The {called} is {over} characters too long ({most} at most).", field=field)
    if "\x00" in text:
        raise Invalid("The text holds a character that can't be stored (NUL).", field=field)
    return text


async def put(tx: AsyncSession, actor: Actor, row: Kind) -> Kind:
    """Store a new one.

    Raises:
        Invalid: There are as many as there can be, or its name or shortcut is taken.
    """
    row.created_by = row.updated_by = actor.person_id
    await _take_turns(tx, row)
    await _need_room(tx, row)
    await _need_free(tx, row)
    tx.add(row)
    await tx.flush()
    await tx.refresh(row)
    chain.record(tx, actor, f"{row.called}.created", (row.called, row.id), after=_said(row))
    return row


async def change(
    tx: AsyncSession, actor: Actor, kind: type[Kind], row_id: UUID, values: Mapping[str, Any], version: int
) -> Kind:
    """Change one in the version that was looked at; what was made from it before stays as it is.

    Raises:
        NotFound: Not there.
        NotAllowed: It isn't the actor's to change.
        WrongState: It is archived.
        VersionChanged: Somebody saved a newer version.
        Invalid: Its new name or shortcut is taken.
    """
    row = await _held(tx, actor, kind, row_id, version)
    if row.archived_at is not None:
        raise WrongState(f"This {kind.called} is archived.", next_step="Restore it first.")
    before = {name: getattr(row, name) for name in values}
    if before == values:
        return row
    await _take_turns(tx, row)
    for name, value in values.items():
        setattr(row, name, value)
    await _need_free(tx, row)
    return await _store(tx, actor, row, "changed", before=before, after=values)


async def archive(tx: AsyncSession, actor: Actor, kind: type[Kind], row_id: UUID, version: int) -> Kind:
    """Put one away, so that nobody is offered it any more; it can be restored.

    Raises:
        NotFound: Not there.
        NotAllowed: It isn't the actor's to change.
        VersionChanged: Somebody saved a newer version.
    """
    row = await _held(tx, actor, kind, row_id, version)
    if row.archived_at is not None:
        return row
    row.archived_at = await database_now(tx)
    return await _store(tx, actor, row, "archived", before={"name": row.name})


async def restore(tx: AsyncSession, actor: Actor, kind: type[Kind], row_id: UUID) -> Kind:
    """Get an archived one back.

    Raises:
        NotFound: Not there.
        NotAllowed: It isn't the actor's to change.
        WrongState: Meanwhile another one has its name or shortcut, or there are as many as there can be.
    """
    row = await _held(tx, actor, kind, row_id)
    if row.archived_at is None:
        return row
    await _take_turns(tx, row)
    try:
        await _need_room(tx, row)
        await _need_free(tx, row)
    except Invalid as full:
        raise WrongState(full.detail, next_step="Archive or rename another one first.") from full
    row.archived_at = None
    return await _store(tx, actor, row, "restored", after={"name": row.name})


async def _held(
    tx: AsyncSession, actor: Actor, kind: type[Kind], row_id: UUID, version: int | None = None
) -> Kind:
    actor.need(May.WRITE_POSTS)
    row = await find(tx, actor, kind, row_id, for_update=True)
    need_keeper(actor, row.brand_id)
    if version is not None and row.version != version:
        raise VersionChanged(
            f"Somebody saved this {kind.called} meanwhile.",
            next_step="Reload and make your changes again.",
            version=row.version,
        )
    return row


async def _store(
    tx: AsyncSession,
    actor: Actor,
    row: Kind,
    what: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Kind:
    row.version += 1
    row.updated_at, row.updated_by = await database_now(tx), actor.person_id
    await tx.flush()
    subject = (row.called, row.id)
    chain.record(tx, actor, f"{row.called}.{what}", subject, before=before or {}, after=after or {})
    return row


async def _take_turns(tx: AsyncSession, row: Kind) -> None:
    """Let two who want one name, or the last place, come one after the other."""
    shelf = f"{row.called} {row.organization_id} {row.brand_id}"
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(shelf, 0))))


async def _need_room(tx: AsyncSession, row: PostTemplate | Snippet) -> None:
    most = MOST[type(row)]
    if (await tx.scalar(select(func.count()).where(*_beside(row))) or 0) >= most:
        whose = "this brand" if row.brand_id else "all brands"
        raise Invalid(
            f"There are {most} {row.called}s for {whose} already.",
            field="name",
            next_step="Archive one that nobody needs.",
        )


async def _need_free(tx: AsyncSession, row: PostTemplate | Snippet) -> None:
    is_same, field, key = _own_key(row)
    with tx.no_autoflush:  # the row isn't stored before it is known to fit
        taken = await tx.scalar(select(type(row).name).where(*_beside(row), is_same).limit(1))
    if taken is not None:
        raise Invalid(f"{key} is taken, by “{taken}”.", field=field, next_step="Choose another one.")


def _own_key(row: PostTemplate | Snippet) -> tuple[ColumnElement[bool], str, str]:
    """Give what no other may have: as a condition, as a field, and in words."""
    if isinstance(row, Snippet):
        return Snippet.shortcut == row.shortcut, "shortcut", f"/{row.shortcut}"
    return func.lower(PostTemplate.name) == func.lower(row.name), "name", "This name"


def _beside(row: PostTemplate | Snippet) -> tuple[ColumnElement[bool], ...]:
    """Match the others of the same brand, or the others for every brand, that are in use."""
    kind = type(row)
    return (
        kind.organization_id == row.organization_id,
        kind.brand_id.is_not_distinct_from(row.brand_id),
        kind.archived_at.is_(None),
        kind.id.is_distinct_from(row.id),
    )


def _said(row: PostTemplate | Snippet) -> dict[str, Any]:
    left = _CHANGED_BY | {"id", "organization_id", "created_by", "created_at", "archived_at", "origin_detail"}
    said = {column.name: getattr(row, column.name) for column in row.__table__.columns}
    return {
        name: str(value) if name == "brand_id" else value
        for name, value in said.items()
        if name not in left and value not in (None, "", [], {})
    }
