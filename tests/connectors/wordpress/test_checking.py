"""Connecting a site: what people type, what the site says about itself, what the user may do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from signoff.connectors.base import TAKES_DOWN, Account
from signoff.connectors.errors import Reconnect, Refused, Throttled, TryLater
from signoff.connectors.wordpress.connector import WordPress
from signoff.connectors.wordpress.discovery import site_address
from signoff.connectors.wordpress.site import place_of
from tests.connectors.wordpress.world import Carrier, parcel_for
from tests.support.loopback import Handler, serving
from tests.support.wordpress import WordPressSite

CREDENTIALS = {"username": "u", "application_password": "hush hush hush"}


@pytest.mark.server
async def test_a_working_account_says_what_it_can(connector: WordPress, wordpress: WordPressSite) -> None:
    health = await connector.check(wordpress.credentials("author"), {})
    host = wordpress.url.removeprefix("http://")
    assert health.account == Account("wordpress", host, "/", "Signoff test site")
    assert health.can == ("publish posts", "upload pictures", TAKES_DOWN)
    assert health.warnings == (
        "The site is reached over plain http: the password can be read on the way. Use https.",
    )
    assert health.expires_at is None


@pytest.mark.server
async def test_all_users_of_a_site_are_one_account(connector: WordPress, wordpress: WordPressSite) -> None:
    one = await connector.check(wordpress.credentials("author"), {})
    other = await connector.check(wordpress.credentials("editor"), {"post_type": "pages"})
    assert one.account.key == other.account.key
    assert other.can == ("publish pages", "upload pictures", TAKES_DOWN)


@pytest.mark.server
async def test_an_administrator_is_more_than_needed(connector: WordPress, wordpress: WordPressSite) -> None:
    health = await connector.check(wordpress.credentials("admin"), {"publish_as": "draft"})
    assert any("administrator" in warning for warning in health.warnings)
    assert health.can == ("draft posts", "upload pictures", TAKES_DOWN)


@pytest.mark.server
@pytest.mark.parametrize(
    ("role", "options", "lacks"),
    [
        ("subscriber", {}, "edit_posts, publish_posts, upload_files"),
        ("author", {"post_type": "pages"}, "edit_pages, publish_pages"),
        ("author", {"post_type": "pages", "publish_as": "draft"}, "edit_pages"),
    ],
)
async def test_a_role_that_is_not_enough_is_named(
    connector: WordPress, wordpress: WordPressSite, role: str, options: dict[str, str], lacks: str
) -> None:
    with pytest.raises(Reconnect, match=rf"\({role}\) isn't enough; it lacks {lacks}\.") as refused:
        await connector.check(wordpress.credentials(role), options)
    assert "Editor" in refused.value.advice


@pytest.mark.server
@pytest.mark.parametrize("wrong", [{"application_password": "wrong"}, {"username": "nobody"}])
async def test_a_wrong_login_asks_to_reconnect(
    connector: WordPress, wordpress: WordPressSite, wrong: dict[str, str]
) -> None:
    with pytest.raises(Reconnect, match="doesn't accept the login") as refused:
        await connector.check({**wordpress.credentials(), **wrong}, {})
    assert "Authorization" in refused.value.advice


@pytest.mark.server
async def test_the_password_may_be_typed_with_spaces(connector: WordPress, wordpress: WordPressSite) -> None:
    entered = wordpress.credentials()
    password = entered["application_password"]
    spaced = " ".join(password[at : at + 4] for at in range(0, len(password), 4))
    assert (await connector.check({**entered, "application_password": spaced}, {})).can


@pytest.mark.server
@pytest.mark.parametrize(
    "typed", ["/", "/wp-admin/", "/wp-login.php?redirect_to=x", "/wp-json/", "/#top", "/?p=1"]
)
async def test_what_people_copy_from_the_browser_leads_to_the_site(
    connector: WordPress, wordpress: WordPressSite, typed: str
) -> None:
    health = await connector.check(wordpress.credentials(site_url=f" {wordpress.url}{typed} "), {})
    assert health.account.name == "Signoff test site"


@pytest.mark.server
async def test_a_site_without_pretty_links_is_published_to(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    """Such a site names the other form of its API's address: `/?rest_route=/`."""

    async def plain(request: web.Request) -> web.Response:
        root = f"{wordpress.url}/index.php?rest_route=/"
        return web.Response(headers={"Link": f'<{root}>; rel="https://api.w.org/"'})

    async with serving(plain) as url:
        health = await connector.check(wordpress.credentials(site_url=url), {})
        assert health.account.key == (await connector.check(wordpress.credentials(), {})).account.key
        credentials = wordpress.credentials(site_url=url)
        parcel = parcel_for(connector, credentials, "brown")
        parcel = replace(parcel, link=replace(parcel.link, account=health.account))
        receipt = await Carrier(connector, parcel).until_out()
        assert [str(post["id"]) for post in await wordpress.having(parcel.key)] == [receipt.external_id]


@pytest.mark.server
async def test_the_page_itself_may_name_the_api(connector: WordPress, wordpress: WordPressSite) -> None:
    async def page(_: web.Request) -> web.Response:
        link = f"<LINK href='{wordpress.url}/wp-json/' rel='https://api.w.org/' />"
        return web.Response(
            text=f"<html><head><link rel=icon href=x>{link}</head><body>", content_type="text/html"
        )

    async with serving(page) as url:
        assert (await connector.check(wordpress.credentials(site_url=url), {})).can


@pytest.mark.server
async def test_the_api_is_found_among_other_links_and_remembered(
    connector: WordPress, wordpress: WordPressSite
) -> None:
    looks = 0

    async def home(_: web.Request) -> web.Response:
        nonlocal looks
        looks += 1
        answer = web.Response()
        answer.headers.add("Link", "</style.css>; rel=preload; as=style, </font>; rel=preload")
        answer.headers.add("Link", f'<{wordpress.url}/wp-json/>; rel="https://api.w.org/"')
        return answer

    async with serving(home) as url:
        for _ in range(2):
            assert (await connector.check(wordpress.credentials(site_url=url), {})).can
    assert looks == 1


def answering(home: web.Response | int = 200, **routes: Any) -> Handler:
    """A site of which only some answers matter; `routes` maps the last part of a path to status and JSON."""

    async def site(request: web.Request) -> web.Response:
        name = request.path.rstrip("/").rpartition("/")[2].replace("-", "_")
        if name in routes:
            status, raw = routes[name]
            return web.json_response(raw, status=status)
        return web.Response(status=home if isinstance(home, int) else home.status, text="<html></html>")

    return site


INDEX = {"name": "x", "namespaces": ["wp/v2"], "authentication": {"application-passwords": {}}}
NOT_IN = {"code": "rest_not_logged_in", "message": "You are not currently logged in."}


@pytest.mark.parametrize(
    ("site", "error", "says"),
    [
        (answering(), Refused, "no WordPress with a REST API"),
        (answering(404), Refused, "no WordPress with a REST API"),
        (answering(503), TryLater, "HTTP 503"),
        (answering(429), Throttled, "asks to wait"),
        (answering(wp_json=(200, {"namespaces": ["oembed/1.0"]})), Refused, "no WordPress"),
        (answering(wp_json=(401, {"code": "rest_disabled", "message": "Off."})), Refused, "no WordPress"),
        (answering(wp_json=(200, INDEX), me=(401, NOT_IN)), Reconnect, "not currently logged in"),
        (
            answering(wp_json=(200, {**INDEX, "authentication": []}), me=(401, NOT_IN)),
            Refused,
            "no application passw",
        ),
        (
            answering(wp_json=(200, INDEX), me=(200, {"id": 1, "roles": []})),
            Reconnect,
            "what the user may do",
        ),
        (answering(wp_json=(200, INDEX), me=(200, ["odd"])), Reconnect, "what the user may do"),
        (answering(wp_json=(200, INDEX), me=(403, {"odd": 1})), Refused, "Not WordPress answered"),
    ],
)
async def test_a_site_that_cannot_work_says_why(
    connector: WordPress, site: Handler, error: type[Exception], says: str
) -> None:
    async with serving(site) as url:
        with pytest.raises(error, match=says):
            await connector.check({**CREDENTIALS, "site_url": url}, {})


@pytest.mark.parametrize(
    "typed", ["", "ftp://bakery.test", "https://", "https://[::1", "javascript:alert(1)"]
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Refused, match="isn't one"):
        site_address(typed)


def test_an_address_without_a_scheme_is_taken_as_https() -> None:
    assert site_address("bakery.test/blog") == "https://bakery.test/blog/"


@pytest.mark.parametrize(
    ("root", "place"),
    [
        ("https://bakery.test/wp-json/", ("bakery.test", "/")),
        ("https://Bakery.test:443/index.php?rest_route=/", ("bakery.test", "/")),
        ("http://bakery.test:8080/?rest_route=/", ("bakery.test:8080", "/")),
        ("https://bakery.test/shop/wp-json/", ("bakery.test", "/shop")),
        ("https://bakery.test/shop/index.php/wp-json", ("bakery.test", "/shop")),
        ("https://[2001:db8::1]:8443/wp-json/", ("[2001:db8::1]:8443", "/")),
    ],
)
def test_all_forms_of_the_api_s_address_mean_the_same_account(root: str, place: tuple[str, str]) -> None:
    assert place_of(root) == place
