"""Snippets: short pieces of text, put in where they are needed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from signoff.kernel.errors import Invalid
from signoff.kernel.ids import BrandId, SnippetId
from signoff.kernel.people import Actor
from signoff.organizations.library import shelf
from signoff.organizations.library.shelf import Check, checked, checked_name, checked_text, need_keeper
from signoff.organizations.lookup import find_brand
from signoff.records.library.models import Snippet
from signoff.records.library.placeholders import check_placeholders
from signoff.runtime import Runtime

_BODY_CHARS: Final = 5000
_SHORTCUT_CHARS: Final = 30
_SHORTCUT: Final = re.compile(r"[^\W_][\w-]*")


@dataclass(frozen=True, slots=True)
class SnippetDraft:
    """What makes a snippet. Without a shortcut it gets one from its name."""

    name: str
    body: str
    shortcut: str = ""
    brand_id: BrandId | None = None
    """None: for every brand."""


async def create_snippet(runtime: Runtime, actor: Actor, draft: SnippetDraft) -> Snippet:
    """Keep a new snippet.

    Raises:
        NotAllowed: It isn't the actor's to make.
        NotFound: There is no such brand.
        Invalid: A field is wrong, the shortcut is taken, or there are too many.
    """
    need_keeper(actor, draft.brand_id)
    given = {"name": draft.name, "shortcut": draft.shortcut or _shortcut_of(draft.name), "body": draft.body}
    values = checked(given, _CHECKS)
    async with runtime.transaction(actor.organization_id) as tx:
        if draft.brand_id:
            await find_brand(tx, actor, draft.brand_id)
        row = Snippet(organization_id=actor.organization_id, brand_id=draft.brand_id, **values)
        return await shelf.put(tx, actor, row)


async def change_snippet(
    runtime: Runtime, actor: Actor, snippet_id: SnippetId, changes: Mapping[str, Any], *, version: int
) -> Snippet:
    """Change name, shortcut or body; texts that it was put into stay as they are.

    Raises:
        NotFound: There is no such snippet.
        NotAllowed: It isn't the actor's to change.
        WrongState: It is archived.
        VersionChanged: Somebody saved a newer version.
        Invalid: A field is wrong, or the shortcut is taken.
    """
    values = checked(changes, _CHECKS)
    async with runtime.transaction(actor.organization_id) as tx:
        return await shelf.change(tx, actor, Snippet, snippet_id, values, version)


async def archive_snippet(runtime: Runtime, actor: Actor, snippet_id: SnippetId, *, version: int) -> Snippet:
    """Put a snippet away. Raises what `shelf.archive` raises."""
    async with runtime.transaction(actor.organization_id) as tx:
        return await shelf.archive(tx, actor, Snippet, snippet_id, version)


async def restore_snippet(runtime: Runtime, actor: Actor, snippet_id: SnippetId) -> Snippet:
    """Get an archived snippet back. Raises what `shelf.restore` raises."""
    async with runtime.transaction(actor.organization_id) as tx:
        return await shelf.restore(tx, actor, Snippet, snippet_id)


def _shortcut_of(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.lower()).strip("-")[:_SHORTCUT_CHARS].strip("-")


def _shortcut(given: str) -> str:
    shortcut = given.strip().removeprefix("/").lower()
    if len(shortcut) > _SHORTCUT_CHARS or not _SHORTCUT.fullmatch(shortcut):
        raise Invalid(
            f"A shortcut has letters, digits and hyphens, {_SHORTCUT_CHARS} at most, such as /hours.",
            field="shortcut",
        )
    return shortcut


def _body(given: str) -> str:
    body = checked_text(given, "body", _BODY_CHARS)
    if not body.strip():
        raise Invalid("A snippet needs a text.", field="body")
    check_placeholders(body, "body")
    return body


_CHECKS: Final[Mapping[str, Check]] = {"name": checked_name, "shortcut": _shortcut, "body": _body}
