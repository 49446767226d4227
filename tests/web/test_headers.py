"""What every answer says to the browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import signoff.web
from signoff.kernel.people import Actor
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import in_review, scheduled
from tests.support.raw_sql import Role as DatabaseRole
from tests.web.visitor import Visitor

WEB = Path(signoff.web.__file__).parent
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
PAGES = (
    "/",
    "/posts",
    "/posts/new",
    "/review",
    "/publishing",
    "/channels",
    "/channels/connect",
    "/pauses",
    "/pauses/new",
    "/alerts",
    "/settings/brands",
    "/settings/brands/new",
    "/settings/team",
    "/settings/team/invite",
    "/settings/tokens",
    "/settings/tokens/new",
    "/settings/profile",
    "/settings/audit?verify=yes",
)


@pytest.fixture
async def content(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    """Something to show on each page."""
    await in_review(runtime, owner, channel)
    await scheduled(runtime, owner, channel)


@pytest.mark.usefixtures("content")
@pytest.mark.parametrize("path", [*PAGES, "/nowhere", "/deliveries/not-an-id"])
async def test_every_page_is_strict(olga: Visitor, path: str) -> None:
    page = await olga.get(path)
    assert page.status == (404 if path in {"/nowhere", "/deliveries/not-an-id"} else 200)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert [each for each in page.reader.attributes if each[1] == "style" or each[1].startswith("on")] == []
    assert "style" not in page.reader.tags


@pytest.mark.usefixtures("content")
@pytest.mark.slow
async def test_every_link_of_the_navigation_leads_somewhere(olga: Visitor) -> None:
    for path in ("/", "/settings"):
        page = await olga.get(path)
        for link in {link for link in page.links if link.startswith("/")}:
            assert (await olga.get(link)).status == 200, link


async def test_a_failure_names_a_reference_and_a_way_on(olga: Visitor) -> None:
    page = await olga.get("/posts/01890000-0000-7000-8000-000000000000")
    assert page.status == 404
    assert re.search(r"reference [0-9a-f]{8}", page.text)
    assert "/" in page.links


async def test_a_mistake_of_ours_tells_a_reference_and_nothing_else(
    olga: Visitor, owner_sql: DatabaseRole
) -> None:
    await owner_sql.run("alter table pauses rename to lost")
    page = await olga.get("/posts")
    assert page.status == 500
    assert re.search(r"Something went wrong here.*reference [0-9a-f]{8}", page.text)
    assert "pauses" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.usefixtures("content")
async def test_pages_are_compressed_and_their_token_is_masked_anew(olga: Visitor) -> None:
    tokens = set()
    for _ in range(2):
        page = await olga.get("/settings/brands/new")
        assert page.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in page.headers["Vary"]
        assert int(page.headers["Content-Length"]) < len(page.body) / 2
        tokens.add(olga.csrf)
    assert len(tokens) == 2
    for token in tokens:
        sent = await olga.post("/settings/brands/new", [("csrf", token), ("name", ""), ("time_zone", "UTC")])
        assert sent.status == 422, "the token is taken; what is missing is the name"


async def test_static_files_may_be_kept_for_ever(stranger: Visitor) -> None:
    page = await stranger.get("/sign-in")
    styles = next(
        value for tag, name, value in page.reader.attributes if tag == "link" and value.endswith(".css")
    )
    answer = await stranger.get(styles)
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    fonts = re.findall(r'url\("([^"]+)"\)', answer.html)
    assert fonts
    for font in fonts:
        assert (await stranger.get(font)).headers["Content-Type"] == "font/woff2"


async def test_an_unknown_static_file_is_not_found(stranger: Visitor) -> None:
    assert (await stranger.get("/static/../settings.py")).status == 404


@pytest.mark.parametrize(
    "template", TEMPLATES, ids=lambda path: path.relative_to(WEB / "templates").as_posix()
)
def test_a_template_holds_nothing_that_the_policy_forbids(template: Path) -> None:
    text = template.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize(
    "template", TEMPLATES, ids=lambda path: path.relative_to(WEB / "templates").as_posix()
)
def test_a_template_holds_no_platforms_limit(template: Path) -> None:
    assert not re.search(r"2,?200|63,?206|1,?500 char", template.read_text())


def test_every_class_of_the_styles_is_used() -> None:
    used = " ".join(
        path.read_text()
        for pattern in ("templates/**/*.html", "static/js/*.js", "*.py")
        for path in WEB.glob(pattern)
    )
    words = set(re.findall(r"[\w-]+", used)) | {f"t{tone}" for tone in range(1, 6)} | {"t-odd"}
    for styles in (WEB / "static/css").glob("*.css"):
        selectors = re.findall(r"([^{};]+)\{", re.sub(r"/\*.*?\*/", "", styles.read_text(), flags=re.DOTALL))
        classes = {name for selector in selectors for name in re.findall(r"\.([a-zA-Z][\w-]*)", selector)}
        assert classes <= words, styles.name
