"""Templates and snippets: who keeps them, and who sees them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from psycopg.errors import InsufficientPrivilege

from signoff.db.session import limit_to_brands
from signoff.kernel.errors import Invalid, NotAllowed, NotFound, VersionChanged, WrongState
from signoff.kernel.ids import TemplateId
from signoff.kernel.people import Actor, May, Role, Via
from signoff.organizations.brands import BrandDraft, create_brand, remove_brand
from signoff.organizations.invite import invite_member
from signoff.organizations.library.snippets import (
    SnippetDraft,
    archive_snippet,
    change_snippet,
    create_snippet,
    restore_snippet,
)
from signoff.organizations.library.templates import (
    TemplateDraft,
    create_template,
)
from signoff.organizations.local import local_actor
from signoff.organizations.sign_in import token_actor
from signoff.organizations.tokens import create_token
from signoff.pipeline.draft.from_template import write_from_template
from signoff.records.library.queries import (
    Narrowed,
    list_snippets,
    list_templates,
    offered_snippets,
    snippet_text,
)
from signoff.records.overview.audit_trail import AuditFilter, list_audit
from signoff.records.tenants import Brand
from signoff.runtime import Runtime
from tests.support.raw_sql import Role as SqlRole
from tests.support.raw_sql import execute
from tests.support.world import Neighbour

HOURS = SnippetDraft("Opening hours", "Open {brand.hours}.", "hours")


@pytest.fixture(autouse=True)
def unlimited() -> Iterator[None]:
    """What a test's caller was limited to ends with it."""
    yield
    limit_to_brands(None)


@pytest.fixture
async def other(runtime: Runtime, owner: Actor) -> Brand:
    return await create_brand(runtime, owner, BrandDraft(name="Northlight", time_zone="Europe/London"))


async def client_of(runtime: Runtime, owner: Actor, brand: Brand) -> Actor:
    """Somebody who publishes for this brand and sees no other."""
    await invite_member(runtime, owner, "client@northlight.example", Role.PUBLISHER, "Client", [brand.id])
    client = await local_actor(runtime, "client@northlight.example")
    secret = (await create_token(runtime, client, "all", [may.value for may in May]))[1]
    return await token_actor(runtime, secret, ip="203.0.113.9", via=Via.API)


async def names(runtime: Runtime, actor: Actor, *, is_archived: bool = False) -> list[str]:
    found = await list_snippets(runtime, actor, Narrowed(is_archived=is_archived))
    return [each.name for each in found.items]


async def test_a_brands_are_its_authors_and_everybodys_are_the_admins(
    runtime: Runtime, owner: Actor, author: Actor, brand: Brand
) -> None:
    own = await create_snippet(runtime, author, replace(HOURS, brand_id=brand.id))
    shared = await create_snippet(runtime, owner, HOURS)
    assert (own.shortcut, shared.shortcut) == ("hours", "hours")
    for refused in (
        create_snippet(runtime, author, HOURS),
        change_snippet(runtime, author, shared.id, {"name": "x"}, version=1),
        archive_snippet(runtime, author, shared.id, version=1),
        create_template(runtime, author, TemplateDraft("x")),
    ):
        with pytest.raises(NotAllowed):
            await refused
    with pytest.raises(NotAllowed):
        await create_snippet(runtime, replace(author, role=Role.VIEWER), replace(HOURS, brand_id=brand.id))


async def test_who_sees_one_brand_sees_and_keeps_its_own_and_uses_everybodys(
    runtime: Runtime, owner: Actor, brand: Brand, other: Brand, app_sql: SqlRole
) -> None:
    shared = await create_snippet(runtime, owner, HOURS)
    hidden = await create_snippet(runtime, owner, SnippetDraft("Hidden", "x", brand_id=brand.id))
    client = await client_of(runtime, owner, other)
    await create_snippet(runtime, client, SnippetDraft("Sign", "Yours", brand_id=other.id))
    assert await names(runtime, client) == ["Opening hours", "Sign"]
    for refused, kind in (
        (create_snippet(runtime, client, SnippetDraft("x", "x", brand_id=brand.id)), NotFound),
        (change_snippet(runtime, client, hidden.id, {"name": "x"}, version=1), NotFound),
        (change_snippet(runtime, client, shared.id, {"name": "x"}, version=1), NotAllowed),
        (restore_snippet(runtime, client, hidden.id), NotFound),
    ):
        with pytest.raises(kind):
            await refused
    # The database itself holds them to it.
    async with app_sql.transaction(client.organization_id) as connection:
        await execute(connection, "select set_config('signoff.brands', %s, true)", f"{{{other.id}}}")
        assert await execute(connection, "select name from snippets order by name") == [
            ("Opening hours",),
            ("Sign",),
        ]
        with pytest.raises(InsufficientPrivilege):
            await execute(connection, "update snippets set body = 'Mine' where brand_id is null")
        await connection.rollback()


async def test_another_organization_has_none_of_them(
    runtime: Runtime, owner: Actor, brand: Brand, neighbour: Neighbour
) -> None:
    snippet = await create_snippet(runtime, owner, replace(HOURS, brand_id=brand.id))
    template = await create_template(runtime, owner, TemplateDraft("New", body="x"))
    assert await names(runtime, neighbour.owner) == []
    assert (await list_templates(runtime, neighbour.owner)).items == []
    for refused in (
        snippet_text(runtime, neighbour.owner, snippet.id),
        archive_snippet(runtime, neighbour.owner, snippet.id, version=1),
        write_from_template(runtime, neighbour.owner, template.id, brand_id=neighbour.brand.id),
        create_template(runtime, neighbour.owner, TemplateDraft("x", brand.id)),
    ):
        with pytest.raises(NotFound):
            await refused


async def test_a_brands_own_snippet_stands_for_the_one_for_every_brand(
    runtime: Runtime, owner: Actor, brand: Brand, other: Brand
) -> None:
    await create_snippet(runtime, owner, SnippetDraft("Signature", "Your {brand.name}"))
    await create_snippet(runtime, owner, SnippetDraft("Call", "Call {brand.phone}."))
    await create_snippet(runtime, owner, SnippetDraft("Bye", "Hasta pronto", "signature", brand.id))
    offers = await offered_snippets(runtime, owner, brand.id)
    assert [(each.snippet.shortcut, each.text) for each in offers] == [
        ("signature", "Hasta pronto"),
        ("call", ""),
    ]
    assert "no telephone number" in offers[1].trouble
    assert "Your Northlight" in [each.text for each in await offered_snippets(runtime, owner, other.id)]


async def test_a_shortcut_is_one_snippets_also_after_it_came_back(
    runtime: Runtime, owner: Actor, brand: Brand
) -> None:
    first = await create_snippet(runtime, owner, replace(HOURS, brand_id=brand.id))
    taken = replace(HOURS, name="Others", brand_id=brand.id)
    with pytest.raises(Invalid, match="/hours is taken, by “Opening hours”"):
        await create_snippet(runtime, owner, taken)
    put_away = await archive_snippet(runtime, owner, first.id, version=1)
    assert await names(runtime, owner) == []
    assert await names(runtime, owner, is_archived=True) == ["Opening hours"]
    second = await create_snippet(runtime, owner, taken)
    with pytest.raises(WrongState, match="is taken"):
        await restore_snippet(runtime, owner, first.id)
    with pytest.raises(WrongState, match="archived"):
        await change_snippet(runtime, owner, first.id, {"name": "x"}, version=put_away.version)
    await change_snippet(runtime, owner, second.id, {"shortcut": "/Times"}, version=1)
    assert (await restore_snippet(runtime, owner, first.id)).archived_at is None
    with pytest.raises(Invalid):
        await change_snippet(runtime, owner, first.id, {"shortcut": "times"}, version=3)
    with pytest.raises(VersionChanged):
        await archive_snippet(runtime, owner, first.id, version=1)
    said = [line.entry.action for line in (await list_audit(runtime, owner, AuditFilter())).items]
    assert {"snippet.created", "snippet.changed", "snippet.archived", "snippet.restored"} <= set(said)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"body": " \n"}, "body"),
        ({"body": "x" * 5001}, "body"),
        ({"body": "Call {phone}."}, "body"),
        ({"shortcut": "two words"}, "shortcut"),
        ({"shortcut": "x" * 31}, "shortcut"),
        ({"name": "!!!", "shortcut": ""}, "shortcut"),
    ],
)
async def test_what_no_editor_could_offer_isnt_kept(
    runtime: Runtime, owner: Actor, wrong: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await create_snippet(runtime, owner, replace(HOURS, **wrong))
    assert [error["field"] for error in refused.value.extra["errors"]] == [field]


async def test_what_was_a_removed_brands_is_gone(runtime: Runtime, owner: Actor, other: Brand) -> None:
    snippet = await create_snippet(runtime, owner, replace(HOURS, brand_id=other.id))
    template = await create_template(runtime, owner, TemplateDraft("x", other.id))
    await remove_brand(runtime, owner, other.id)
    assert await names(runtime, owner) == []
    with pytest.raises(NotFound):
        await snippet_text(runtime, owner, snippet.id)
    with pytest.raises(NotFound):
        await write_from_template(runtime, owner, TemplateId(template.id))
