"""Getting in and out through the pages."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from signoff.kernel.people import Actor, Role
from signoff.organizations.found import found_organization
from signoff.organizations.sign_in import list_sessions
from signoff.runtime import Runtime
from tests.support.people import PASSWORD, secret_of
from tests.web.conftest import Arrive
from tests.web.visitor import Visitor


async def test_looking_at_a_link_signs_nobody_in(stranger: Visitor, runtime: Runtime, owner: Actor) -> None:
    link = secret_of((await found_organization(runtime, "Casa Luz", owner.email)).link)
    for _ in range(3):
        page = await stranger.get(f"/link/{link}")
        assert "Set-Cookie" not in page.headers
        assert owner.email in page.text
    assert (await stranger.get("/")).path.startswith("/sign-in")
    await stranger.get(f"/link/{link}")
    assert (await stranger.send(f"/link/{link}", password="")).path == "/"


async def test_a_link_works_once(stranger: Visitor, runtime: Runtime, owner: Actor) -> None:
    link = secret_of((await found_organization(runtime, "Casa Luz", owner.email)).link)
    await stranger.get(f"/link/{link}")
    form = stranger.page.form(f"/link/{link}").fields
    assert (await stranger.post(f"/link/{link}", form)).path == "/"
    again = await stranger.post(f"/link/{link}", form)
    assert again.status == 409
    assert "was used already or is too old" in again.text


async def test_a_link_that_is_still_good_does_not_come_into_the_log(
    stranger: Visitor, runtime: Runtime, owner: Actor
) -> None:
    link = secret_of((await found_organization(runtime, "Casa Luz", owner.email)).link)
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    with capture_logs() as said:
        assert (await stranger.post(f"/link/{link}", [], **elsewhere)).status == 403
    assert [line["path"] for line in said if line["event"] == "page refused"] == ["/link/…"]
    assert link not in str(said)
    await stranger.get(f"/link/{link}")
    assert (await stranger.send(f"/link/{link}", password="")).path == "/"


async def test_a_wrong_password_isnt_told_from_an_unknown_address(stranger: Visitor, arrive: Arrive) -> None:
    await arrive(Role.AUTHOR)
    said = []
    for email in ("author@casaluz.example", "nobody@casaluz.example"):
        await stranger.get("/sign-in")
        page = await stranger.send("/sign-in", email=email, password="not the one")
        assert page.status == 401
        said.append(page.text.replace(email, ""))
    assert said[0] == said[1]


async def test_a_password_leads_to_the_page_that_was_asked_for(stranger: Visitor, arrive: Arrive) -> None:
    await arrive(Role.AUTHOR)
    await stranger.get("/posts?state=draft")
    assert stranger.page.path.startswith("/sign-in?next=/posts")
    page = await stranger.send("/sign-in", email="author@casaluz.example", password=PASSWORD)
    assert page.path == "/posts?state=draft"


async def test_a_part_of_a_page_leads_back_to_the_page(stranger: Visitor) -> None:
    """It is the stream of events that notices first that a session has ended."""
    headers = {"HX-Request": "true", "HX-Current-URL": f"{stranger.site}/posts?state=draft"}
    async with stranger.http.get(f"{stranger.site}/events?since=1", headers=headers) as answer:
        assert answer.status == 401
        assert answer.headers["HX-Redirect"] == "/sign-in?next=/posts%3Fstate%3Ddraft"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "//[", "javascript:x"]
)
async def test_signing_in_leads_nowhere_else(stranger: Visitor, arrive: Arrive, elsewhere: str) -> None:
    await arrive(Role.AUTHOR)
    await stranger.get("/sign-in")
    page = await stranger.send("/sign-in", email="author@casaluz.example", password=PASSWORD, next=elsewhere)
    assert page.path == "/"


async def test_the_session_cookie_is_out_of_reach_for_scripts(stranger: Visitor, arrive: Arrive) -> None:
    await arrive(Role.AUTHOR)
    fields = {"email": "author@casaluz.example", "password": PASSWORD, "next": "/"}
    async with stranger.http.post(
        f"{stranger.site}/sign-in",
        data=fields,
        headers={"Sec-Fetch-Site": "same-origin"},
        allow_redirects=False,
    ) as answer:
        cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_signing_out_ends_the_session(olga: Visitor, runtime: Runtime) -> None:
    before = len(await list_sessions(runtime, olga.actor))
    await olga.get("/")
    assert (await olga.send("/sign-out")).path == "/sign-in"
    assert len(await list_sessions(runtime, olga.actor)) == before - 1
    assert (await olga.get("/posts")).path.startswith("/sign-in")


async def test_a_forgotten_password_is_answered_alike_for_everybody(
    stranger: Visitor, arrive: Arrive
) -> None:
    await arrive(Role.AUTHOR)
    said = []
    for email in ("author@casaluz.example", "nobody@casaluz.example"):
        await stranger.get("/sign-in/forgotten")
        page = await stranger.send("/sign-in/forgotten", email=email)
        said.append((page.status, page.text.replace(email, "")))
    assert said[0] == said[1]


async def test_a_part_of_a_page_isnt_replaced_by_the_sign_in_page(stranger: Visitor) -> None:
    page = await stranger.get("/publishing", **{"HX-Request": "true"})
    assert page.status == 401
    assert page.headers["HX-Redirect"].startswith("/sign-in")
    assert page.body == b""
