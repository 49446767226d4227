"""Members who see some brands only: for them the others, and all that belongs to them, don't exist."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from signoff.db.session import limit_to_brands
from signoff.kernel.errors import Invalid, NotFound, WrongState
from signoff.kernel.people import Actor, May, Role, Via
from signoff.organizations.brands import BrandDraft, create_brand, get_brand, list_brands
from signoff.organizations.channels import list_channels
from signoff.organizations.invite import invite_member
from signoff.organizations.local import local_actor
from signoff.organizations.members import list_members
from signoff.organizations.membership import change_brands, change_role
from signoff.organizations.sign_in import token_actor
from signoff.organizations.tokens import create_token
from signoff.pipeline.review.assign import assign
from signoff.pipeline.review.discuss import comment
from signoff.pipeline.review.submit import submit
from signoff.pipeline.schedule.pause import pause
from signoff.pipeline.schedule.resume import resume, review_resume
from signoff.records.alerts.notices import open_pauses
from signoff.records.deliveries.queries import list_deliveries
from signoff.records.overview.activity import happened_lately
from signoff.records.overview.audit_trail import AuditFilter, list_audit
from signoff.records.posts.counts import count_by_state
from signoff.records.posts.listing import list_posts
from signoff.records.posts.queries import get_post
from signoff.records.states import OnResume, PostState
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.clock import ShiftableClock
from tests.support.posts import scheduled, written
from tests.support.publishing import row
from tests.support.raw_sql import Role as SqlRole
from tests.support.world import connect_board

WITHOUT = {
    "audit_entries": "read by admins, who see all brands, and as the story of a post that was found",
    "revisions": "written before their post is, and read with it",
}
"""Tables that belong to a brand's things and are guarded otherwise."""
BELONGING = """
    select distinct c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not a.attisdropped
      and a.attname in ('brand_id', 'post_id', 'channel_id', 'delivery_id')
"""
GUARDED = "select tablename from pg_policies where policyname = 'own_brands' and permissive = 'RESTRICTIVE'"


@pytest.fixture(autouse=True)
def unlimited() -> Iterator[None]:
    """What a test's caller was limited to ends with it."""
    yield
    limit_to_brands(None)


@pytest.fixture
async def own(runtime: Runtime, owner: Actor) -> tuple[Brand, Channel]:
    """The one brand that the client sees."""
    brand = await create_brand(runtime, owner, BrandDraft(name="Northlight", time_zone="Europe/London"))
    return brand, await connect_board(runtime, owner, brand, "northlight")


@pytest.fixture
async def token(runtime: Runtime, owner: Actor, own: tuple[Brand, Channel]) -> str:
    """A token of the client, who may publish."""
    await invite_member(runtime, owner, "client@northlight.example", Role.PUBLISHER, "Client", [own[0].id])
    client = await local_actor(runtime, "client@northlight.example")
    return (await create_token(runtime, client, "all", [may.value for may in May]))[1]


async def enter(runtime: Runtime, token: str) -> Actor:
    return await token_actor(runtime, token, ip="203.0.113.9", via=Via.API)


async def test_other_brands_and_what_belongs_to_them_dont_exist(
    runtime: Runtime, owner: Actor, channel: Channel, own: tuple[Brand, Channel], token: str
) -> None:
    hidden = await scheduled(runtime, owner, channel)
    await comment(runtime, owner, hidden.post_id, "Between us.")
    shown = await scheduled(runtime, owner, own[1])
    client = await enter(runtime, token)
    assert [brand.id for brand in await list_brands(runtime, client)] == [own[0].id]
    assert [each.id for each in await list_channels(runtime, client)] == [own[1].id]
    for search in ("", "bread"):
        found = await list_posts(runtime, client, search=search)
        assert [view.post.id for view in found.items] == [shown.post_id]
    assert (await count_by_state(runtime, client))[PostState.APPROVED] == 1
    assert [view.delivery.id for view in (await list_deliveries(runtime, client)).items] == [shown.id]
    for look in (
        get_post(runtime, client, hidden.post_id),
        get_brand(runtime, client, channel.brand_id),
        written(runtime, client, channel),
        submit(runtime, client, hidden.post_id),
    ):
        with pytest.raises(NotFound):
            await look


@pytest.mark.parametrize("scope", ["brand", "channel"])
async def test_what_holds_another_brand_isnt_theirs_to_end(
    runtime: Runtime, owner: Actor, channel: Channel, own: tuple[Brand, Channel], token: str, scope: str
) -> None:
    hidden, shown = (channel.brand_id, own[0].id) if scope == "brand" else (channel.id, own[1].id)
    for target in (hidden, shown):
        await pause(runtime, owner, scope, target, reason="Legal looks at it.")
    client = await enter(runtime, token)
    for door in (resume, review_resume):
        with pytest.raises(WrongState):
            await door(runtime, client, scope, hidden)
    assert [each.target_id for each in await open_pauses(runtime, client)] == [shown]
    await resume(runtime, client, scope, shown)
    limit_to_brands(None)
    assert [each.target_id for each in await open_pauses(runtime, owner)] == [hidden]


async def test_an_operator_who_sees_one_brand_ends_the_pause_of_all_by_its_rule(
    runtime: Runtime, owner: Actor, channel: Channel, own: tuple[Brand, Channel], clock: ShiftableClock
) -> None:
    hidden = await scheduled(runtime, owner, channel, due_in=timedelta(minutes=1))
    operator = replace(owner, is_operator=True, role=Role.PUBLISHER, brand_ids=(own[0].id,))
    await pause(runtime, operator, "global", None, reason="Storm.", on_resume=OnResume.ASK)
    clock.advance(timedelta(minutes=5))
    limit_to_brands(operator.brand_ids)
    assert (await resume(runtime, operator, "global", None)).becoming == []
    limit_to_brands(None)
    assert (await row(runtime, owner, hidden)).held_since is not None


async def test_what_just_happened_to_other_brands_isnt_told(
    runtime: Runtime, owner: Actor, channel: Channel, own: tuple[Brand, Channel], token: str
) -> None:
    hidden = await scheduled(runtime, owner, channel)
    await pause(runtime, owner, "channel", channel.id, reason="Legal looks at it.")
    shown = await scheduled(runtime, owner, own[1])
    told = await happened_lately(runtime, await enter(runtime, token), 50)
    assert {each.post_id for each in told} == {shown.post_id, None}
    assert {each.subject_id for each in told if each.post_id is None} == {own[1].id}
    limit_to_brands(None)
    assert hidden.post_id in {each.post_id for each in await happened_lately(runtime, owner, 50)}


async def test_they_arent_asked_to_review_what_they_dont_see(
    runtime: Runtime, owner: Actor, channel: Channel, own: tuple[Brand, Channel], token: str
) -> None:
    client = (await enter(runtime, token)).person_id
    limit_to_brands(None)
    hidden, shown = [(await written(runtime, owner, each)).post.id for each in (channel, own[1])]
    with pytest.raises(Invalid, match="doesn't decide"):
        await assign(runtime, owner, hidden, client)
    await assign(runtime, owner, shown, client)
    assert (await get_post(runtime, owner, shown)).post.assignee_id == client


async def test_in_their_own_brand_they_work_as_anybody(
    runtime: Runtime, own: tuple[Brand, Channel], token: str
) -> None:
    client = await enter(runtime, token)
    post = (await written(runtime, client, own[1])).post
    await comment(runtime, client, post.id, "Is Saturday right?")
    assert (await submit(runtime, client, post.id)).post.state is PostState.IN_REVIEW


async def test_no_statement_gets_around_it(
    runtime: Runtime,
    owner: Actor,
    channel: Channel,
    own: tuple[Brand, Channel],
    token: str,
    owner_sql: SqlRole,
) -> None:
    await scheduled(runtime, owner, channel)
    guarded = {name for (name,) in await owner_sql.run(GUARDED)}
    belonging = {name for (name,) in await owner_sql.run(BELONGING)}
    assert belonging - guarded == set(WITHOUT)
    limit_to_brands([own[0].id])
    async with runtime.transaction(owner.organization_id) as tx:
        connection = await tx.connection()
        for table in sorted(guarded - {"brands", "channels"}):
            rows = await connection.exec_driver_sql(f"select count(*) from {table}")
            assert rows.scalar_one() == 0, table


async def test_what_somebody_sees_is_changed_and_recorded(
    runtime: Runtime, owner: Actor, channel: Channel, own: tuple[Brand, Channel], token: str
) -> None:
    (member,) = [each for each in await list_members(runtime, owner) if each.brand_ids]
    both = [own[0].id, channel.brand_id]
    member = await change_brands(runtime, owner, member.id, both, member.version)
    assert len(await list_brands(runtime, await enter(runtime, token))) == 2
    limit_to_brands(None)
    for wrong in ([], [channel.id]):
        with pytest.raises(Invalid):
            await change_brands(runtime, owner, member.id, wrong, member.version)  # type: ignore[arg-type]
    promoted = await change_role(runtime, owner, member.id, Role.ADMIN, member.version)
    assert promoted.brand_ids is None
    with pytest.raises(Invalid, match="sees all brands"):
        await change_brands(runtime, owner, member.id, both, promoted.version)
    told = (await list_audit(runtime, owner, AuditFilter(action="member.brands_changed"))).items
    assert [line.entry.after["brands"] for line in told] == [
        "all",
        [str(each) for each in sorted(both)],
        [str(own[0].id)],
    ]


async def test_whoever_manages_isnt_invited_to_some_brands(
    runtime: Runtime, owner: Actor, own: tuple[Brand, Channel]
) -> None:
    with pytest.raises(Invalid, match="sees all brands"):
        await invite_member(runtime, owner, "ada@example.com", Role.ADMIN, "Ada", [own[0].id])
