"""Brands, people, tokens, profile, audit, pauses."""

from __future__ import annotations

from signoff.kernel.people import Actor, Role
from signoff.organizations.brands import BrandDraft, create_brand, get_brand, list_brands
from signoff.organizations.members import list_members
from signoff.organizations.sign_in import peek_link
from signoff.organizations.tokens import list_tokens
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.people import PASSWORD, secret_of
from tests.support.posts import scheduled
from tests.web.conftest import Arrive
from tests.web.visitor import Page, Visitor


async def test_a_brand_is_created_and_changed(olga: Visitor, runtime: Runtime) -> None:
    await olga.get("/settings/brands/new")
    fields = {"name": "Bar Sol", "time_zone": "Europe/Lisbon", "hours": "Mo-Fr 09:00-18:00\nSa 10:00-14:00"}
    await olga.send("/settings/brands/new", **fields, address_city="Lisboa")
    brand = (await list_brands(runtime, olga.actor))[0]
    assert (brand.time_zone, brand.address, len(brand.hours)) == ("Europe/Lisbon", {"city": "Lisboa"}, 2)
    page = await olga.get(f"/settings/brands/{brand.id}")
    assert page.form(f"/settings/brands/{brand.id}").value("hours").endswith("09:00-18:00\nSa 10:00-14:00")
    await olga.send(f"/settings/brands/{brand.id}", telephone="+351 900 000 000")
    assert (await list_brands(runtime, olga.actor))[0].telephone == "+351 900 000 000"


async def test_lists_of_the_settings_are_searched(
    olga: Visitor, runtime: Runtime, brand: Brand, channel: Channel, author: Actor
) -> None:
    await create_brand(runtime, olga.actor, BrandDraft("Bar Sol", "Europe/Lisbon"))
    page = await olga.get("/settings/brands?q=sol")
    assert "Bar Sol" in page.text.partition("Channels")[2]
    assert f"/settings/brands/{brand.id}" not in page.links
    assert "No brand matches" in (await olga.get("/settings/brands?q=moon")).text
    assert f"/channels/{channel.id}" in (await olga.get("/channels?q=plaza")).links
    assert "No account matches" in (await olga.get("/channels?q=moon")).text
    assert author.email in (await olga.get(f"/settings/team?q={author.email}")).text
    assert "Nobody matches" in (await olga.get("/settings/team?q=moon")).text


async def test_what_does_not_fit_on_a_page_is_on_the_next(olga: Visitor, runtime: Runtime) -> None:
    for number in range(52):
        await create_brand(runtime, olga.actor, BrandDraft(f"Brand {number:02}", "UTC"))
    first = await olga.get("/settings/brands")
    further = next(link for link in first.links if link.startswith("/settings/brands?cursor="))
    listed = {
        link
        for link in first.links
        if link.startswith("/settings/brands/") and link != "/settings/brands/new"
    }
    rest = {link for link in (await olga.get(further)).links if link.startswith("/settings/brands/")}
    assert len(listed) == 50
    assert len(rest - listed - {"/settings/brands/new"}) == 2


async def test_what_is_wrong_with_a_brand_stands_at_its_field(olga: Visitor, runtime: Runtime) -> None:
    await olga.get("/settings/brands/new")
    page = await olga.send("/settings/brands/new", name="Bar Sol", website="nowhere", hours="whenever")
    assert page.status == 422
    assert page.form("/settings/brands/new").value("name") == "Bar Sol"
    assert "isn't understood" in page.text
    page = await olga.send("/settings/brands/new", website="nowhere", hours="")
    assert "begins with https://" in page.text
    assert await list_brands(runtime, olga.actor) == []


async def test_who_saves_a_brand_second_is_told(olga: Visitor, brand: Brand) -> None:
    await olga.get(f"/settings/brands/{brand.id}")
    first = olga.page
    await olga.send(f"/settings/brands/{brand.id}", telephone="+351 900 000 111")
    olga.page = first
    page = await olga.send(f"/settings/brands/{brand.id}", telephone="+351 900 000 222")
    assert page.status == 412
    assert page.form(f"/settings/brands/{brand.id}").value("telephone") == "+351 900 000 222"


async def test_an_invitation_gives_a_link_to_copy(olga: Visitor, runtime: Runtime) -> None:
    await olga.get("/settings/team/invite")
    page = await olga.send("/settings/team/invite", email="ana@casaluz.example", name="Ana", role="author")
    link = next(value for tag, name, value in page.reader.attributes if name == "value" and "/link/" in value)
    assert (await peek_link(runtime, secret_of(link))).email == "ana@casaluz.example"


async def test_a_role_is_changed_and_a_member_removed(olga: Visitor, runtime: Runtime, author: Actor) -> None:
    member = next(
        each for each in await list_members(runtime, olga.actor) if each.person_id == author.person_id
    )
    await olga.get("/settings/team")
    page = await olga.send(f"/settings/team/{member.id}", role="reviewer")
    assert "is reviewer now" in page.text
    await olga.get(f"/settings/team/{member.id}/remove")
    await olga.send(f"/settings/team/{member.id}/remove")
    assert author.person_id not in {each.person_id for each in await list_members(runtime, olga.actor)}


async def test_the_last_owner_stays(olga: Visitor, runtime: Runtime) -> None:
    me = (await list_members(runtime, olga.actor))[0]
    await olga.get("/settings/team")
    page = await olga.send(f"/settings/team/{me.id}", role="viewer")
    assert page.status == 409
    assert (await list_members(runtime, olga.actor))[0].role is Role.OWNER


async def test_a_token_is_shown_once(olga: Visitor, runtime: Runtime) -> None:
    await olga.get("/settings/tokens/new")
    page = await olga.send("/settings/tokens/new", ("scope", "write_posts"), name="deploy")
    secret = next(value for tag, name, value in page.reader.attributes if value.startswith("sgn_"))
    assert secret not in (await olga.get("/settings/tokens")).html
    token = (await list_tokens(runtime, olga.actor)).items[0]
    assert set(token.scopes) == {"read", "write_posts"}
    page = await olga.send(f"/settings/tokens/{token.id}/revoke")
    assert "Revoked" in page.text


async def test_a_profile_decides_zone_and_theme_of_every_page(olga: Visitor) -> None:
    await olga.get("/settings/profile")
    page = await olga.send("/settings/profile", time_zone="Asia/Tokyo", theme="dark", keys="")
    assert 'data-theme="dark"' in page.html
    assert 'data-keys="off"' in page.html
    assert "Tokyo" in (await olga.get("/publishing")).text


def by_mail(page: Page) -> set[str]:
    """The events that are ticked."""
    return {value for name, value in page.form("/settings/notifications").fields if name == "mail"}


async def test_everybody_chooses_what_comes_by_mail(olga: Visitor, arrive: Arrive) -> None:
    assert {"failed", "mentions", "installation"} <= by_mail(await olga.get("/settings/notifications"))
    page = await olga.send("/settings/notifications", ("mail", "mentions"), mail="failed")
    assert by_mail(page) == by_mail(await olga.get("/settings/notifications")) == {"failed", "mentions"}

    author = await arrive(Role.AUTHOR)
    page = await author.get("/settings/notifications")
    assert by_mail(page) == {"mentions", "comments", "decided", "changes_requested"}
    assert "A post wasn't published" not in page.text, "authors are never mailed about that"


async def test_a_new_password_ends_the_other_sessions(arrive: Arrive, stranger: Visitor) -> None:
    author = await arrive(Role.AUTHOR)
    await stranger.get("/sign-in")
    await stranger.send("/sign-in", email="author@casaluz.example", password=PASSWORD)
    await author.get("/settings/profile")
    wrong = await author.send("/settings/profile/password", current="no", new="another few words here")
    assert wrong.status == 422
    await author.send("/settings/profile/password", current=PASSWORD, new="another few words here")
    assert (await author.get("/posts")).path == "/posts"
    assert (await stranger.get("/posts")).path.startswith("/sign-in")


async def test_the_audit_shows_who_did_what_and_that_it_is_whole(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    await scheduled(runtime, olga.actor, channel)
    page = await olga.get("/settings/audit?verify=yes")
    assert "The chain is whole." in page.text
    assert "Approved and sealed" in page.text
    assert "Olga Owner" in page.text
    posts = await olga.get("/settings/audit?action=post.")
    assert "Channel connected" not in posts.text


async def test_the_audit_is_for_admins(arrive: Arrive) -> None:
    author = await arrive(Role.AUTHOR)
    assert (await author.get("/settings/audit")).status == 403
    assert "/settings/audit" not in (await author.get("/settings/profile")).links


async def test_a_pause_stands_on_every_page_until_it_is_lifted(olga: Visitor, brand: Brand) -> None:
    await olga.get("/pauses/new")
    refused = await olga.send("/pauses", target=f"brand:{brand.id}", reason="")
    assert refused.status == 422
    page = await olga.send("/pauses", target=f"brand:{brand.id}", reason="Wrong price in a campaign")
    assert "Nothing was on its way" in page.text
    for path in ("/", "/posts", "/review", "/settings/profile"):
        assert "Wrong price in a campaign" in (await olga.get(path)).text
    page = await olga.get("/pauses")
    (sheet,) = [link for link in page.links if link.startswith("/pauses/resume?")]
    assert "Nothing is overdue." in (await olga.get(sheet)).text
    page = await olga.send("/pauses/resume")
    assert "Publishing goes on." in page.text
    assert "Wrong price" not in (await olga.get("/")).text


async def test_only_who_runs_the_installation_pauses_all_of_it(arrive: Arrive, brand: Brand) -> None:
    publisher = await arrive(Role.PUBLISHER)
    page = await publisher.get("/pauses/new")
    offered = {value for tag, name, value in page.reader.attributes if tag == "option" and name == "value"}
    assert offered == {f"brand:{brand.id}"}
    refused = await publisher.send("/pauses", target="global", reason="x")
    assert refused.status == 403


async def test_facts_are_written_as_lines_and_read_back_as_they_were(
    olga: Visitor, runtime: Runtime, channel: Channel
) -> None:
    where = f"/settings/brands/{channel.brand_id}"
    await olga.get(where)
    page = await olga.send(where, facts='rooms: 12\nowner: Ana: the baker\nprices: [2, 3]\nyear: "1987"')
    assert "Saved." in page.text
    facts = (await get_brand(runtime, olga.actor, channel.brand_id)).facts
    assert facts == {"rooms": 12, "owner": "Ana: the baker", "prices": [2, 3], "year": "1987"}
    await olga.send(where)
    assert (await get_brand(runtime, olga.actor, channel.brand_id)).facts == facts
    page = await olga.send(where, facts="rooms")
    assert page.status == 422
    assert "“rooms” isn't understood" in page.text
