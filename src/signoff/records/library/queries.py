"""Reading templates and snippets: in pages, one by one, and as what a brand's author can put in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from signoff.kernel.errors import Invalid, NotFound
from signoff.kernel.ids import BrandId, SnippetId, TemplateId
from signoff.kernel.people import Actor, May
from signoff.records.library.models import PostTemplate, Snippet
from signoff.records.library.placeholders import filled
from signoff.records.pages import Page, has_words, page_by_name
from signoff.records.tenants import Brand
from signoff.runtime import Runtime

Kind = TypeVar("Kind", Snippet, PostTemplate)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Which of them a list shows."""

    brand_id: BrandId | None = None
    """Those that this brand can use: its own, and those for every brand."""
    search: str = ""
    """In the name, the shortcut or the text."""
    is_archived: bool = False


EVERYTHING = Narrowed()


@dataclass(frozen=True, slots=True)
class Offer:
    """A snippet with the text that it stands for at a brand."""

    snippet: Snippet
    text: str
    trouble: str = ""
    """Why it can't be used there; then there is no text."""


async def list_snippets(
    runtime: Runtime,
    actor: Actor,
    narrowed: Narrowed = EVERYTHING,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Snippet]:
    """Give some of the snippets that the actor sees, by name.

    Raises:
        Invalid: Unknown cursor or limit.
    """
    words = (Snippet.name, Snippet.shortcut, Snippet.body)
    return await _list(runtime, actor, Snippet, words, narrowed, cursor=cursor, limit=limit)


async def list_templates(
    runtime: Runtime,
    actor: Actor,
    narrowed: Narrowed = EVERYTHING,
    *,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[PostTemplate]:
    """Give some of the templates that the actor sees, by name.

    Raises:
        Invalid: Unknown cursor or limit.
    """
    words = (PostTemplate.name, PostTemplate.title, PostTemplate.body)
    return await _list(runtime, actor, PostTemplate, words, narrowed, cursor=cursor, limit=limit)


async def _list(  # noqa: PLR0913 - what a page of them consists of
    runtime: Runtime,
    actor: Actor,
    kind: type[Kind],
    words: Sequence[InstrumentedAttribute[str]],
    narrowed: Narrowed,
    *,
    cursor: str | None,
    limit: int,
) -> Page[Kind]:
    actor.need(May.READ)
    query = _narrowed(actor, kind, narrowed).where(has_words(narrowed.search, *words))
    async with runtime.transaction(actor.organization_id) as tx:
        return await page_by_name(tx, query, kind, cursor=cursor, limit=limit)


async def get_snippet(runtime: Runtime, actor: Actor, snippet_id: SnippetId) -> Snippet:
    """Raises NotFound: not there, or not the actor's to see."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        return await find(tx, actor, Snippet, snippet_id)


async def get_template(runtime: Runtime, actor: Actor, template_id: TemplateId) -> PostTemplate:
    """Raises NotFound: not there, or not the actor's to see."""
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        return await find(tx, actor, PostTemplate, template_id)


async def offered_snippets(runtime: Runtime, actor: Actor, brand_id: BrandId) -> list[Offer]:
    """Give what an author of this brand can put in, by name, with the brand's facts in their places.

    A brand's own snippet stands for the one for every brand that has the same shortcut.

    Raises:
        NotFound: There is no such brand.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        brand = await _brand(tx, actor, brand_id)
        query = _narrowed(actor, Snippet, Narrowed(brand_id)).order_by(func.lower(Snippet.name), Snippet.id)
        found = (await tx.scalars(query)).all()
    own = {each.shortcut for each in found if each.brand_id}
    return [offer(each, brand) for each in found if each.brand_id or each.shortcut not in own]


async def snippet_text(
    runtime: Runtime, actor: Actor, snippet_id: SnippetId, brand_id: BrandId | None = None
) -> str:
    """Give what a snippet stands for at a brand; at its own, unless another one is named.

    Raises:
        NotFound: There is no such snippet or brand.
        Invalid: The snippet is another brand's, none is named, or the brand lacks a fact.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        snippet = await find(tx, actor, Snippet, snippet_id)
        brand = await brand_of(tx, actor, snippet, brand_id)
    return filled(snippet.body, brand)


def offer(snippet: Snippet, brand: Brand) -> Offer:
    """Give a snippet as it reads at a brand, or why it can't be used there."""
    try:
        return Offer(snippet, filled(snippet.body, brand))
    except Invalid as problem:
        return Offer(snippet, "", problem.detail)


async def brand_of(tx: AsyncSession, actor: Actor, one: Kind, brand_id: BrandId | None) -> Brand:
    """Give the brand that something is used for.

    Raises:
        NotFound: There is no such brand.
        Invalid: It is another brand's, or for every brand and none is named.
    """
    wanted = brand_id or one.brand_id
    if wanted is None:
        raise Invalid("Say for which brand.", field="brand_id", next_step="List the brands.")
    if one.brand_id not in {None, wanted}:
        raise Invalid(f"“{one.name}” belongs to another brand.", field="brand_id")
    return await _brand(tx, actor, wanted)


async def find(
    tx: AsyncSession, actor: Actor, kind: type[Kind], row_id: UUID, *, for_update: bool = False
) -> Kind:
    """Raises NotFound: not there, another organization's, or of a brand that was removed or isn't seen."""
    query = select(kind).where(kind.id == row_id, *_present(actor, kind))
    found: Kind | None = await tx.scalar(query.with_for_update(of=kind) if for_update else query)
    if found is None:
        raise NotFound(f"There is no such {kind.called}.")
    return found


async def _brand(tx: AsyncSession, actor: Actor, brand_id: BrandId) -> Brand:
    brand: Brand | None = await tx.scalar(
        select(Brand).where(
            Brand.id == brand_id, Brand.organization_id == actor.organization_id, Brand.removed_at.is_(None)
        )
    )
    if brand is None:
        raise NotFound("There is no such brand.", next_step="List the brands to see which exist.")
    return brand


def _narrowed(actor: Actor, kind: type[Kind], narrowed: Narrowed) -> Select[Kind]:
    query = select(kind).where(*_present(actor, kind))
    if narrowed.brand_id:
        query = query.where(or_(kind.brand_id.is_(None), kind.brand_id == narrowed.brand_id))
    is_archived = kind.archived_at.is_not(None)
    return query.where(is_archived if narrowed.is_archived else ~is_archived)


def _present(actor: Actor, kind: type[Kind]) -> Sequence[ColumnElement[bool]]:
    of_brand = exists().where(Brand.id == kind.brand_id, Brand.removed_at.is_(None))
    return (kind.organization_id == actor.organization_id, or_(kind.brand_id.is_(None), of_brand))
