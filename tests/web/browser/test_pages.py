"""Every page, light and dark, wide and narrow: axe finds nothing, the console is silent, nothing cut off."""

from __future__ import annotations

from typing import Any

import pytest

from signoff.kernel.people import Actor, Role
from signoff.organizations.library.snippets import SnippetDraft, create_snippet
from signoff.organizations.library.templates import save_as_template
from signoff.pipeline.schedule.pause import pause
from signoff.records.states import DeliveryAction
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.posts import in_review, moved, scheduled, written
from tests.web.browser.conftest import DESKTOP, PHONE, Look

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAPER = {"width": 794, "height": 1123}
"""A4 in CSS pixels."""

PAGES = (
    "/",
    "/calendar",
    "/calendar?view=week",
    "/calendar?view=list",
    "/posts",
    "/search?q=a",
    "/posts/new",
    "/review",
    "/publishing",
    "/publishing/list",
    "/publishing/held",
    "/channels",
    "/channels/connect",
    "/pauses",
    "/pauses/new",
    "/alerts",
    "/settings/brands",
    "/settings/brands/new",
    "/settings/writing",
    "/posts/new/template",
    "/settings/templates",
    "/settings/templates/new",
    "/settings/snippets",
    "/settings/snippets/new",
    "/settings/team",
    "/settings/team/invite",
    "/settings/notifications",
    "/settings/tokens",
    "/settings/tokens/new",
    "/settings/profile",
    "/settings/audit?verify=yes",
    "/settings/jobs",
    "/nowhere",
)

STICKS_OUT = """width => {
  if (document.documentElement.scrollWidth > width) return `${document.documentElement.scrollWidth} px`;
  const scrolls = "table, .tabs, .seg, .subnav, .toolbar, .wide, .raw, pre, .clip, .sr, .skip, .top h1";
  for (const each of document.querySelectorAll("main *")) {
    const { right, width: own } = each.getBoundingClientRect();
    const isCut = getComputedStyle(each).clipPath !== "none" || !each.checkVisibility();
    if (own && right > width + 1 && !isCut && !each.closest(scrolls)) return each.outerHTML.slice(0, 160);
  }
  return "";
}"""
"""What stands out of the screen, but for what is made to scroll in itself."""

BELOW = "Math.max(0, document.documentElement.scrollHeight - innerHeight)"
"""On a desk the parts of a page scroll, never all of it: its menu and its buttons stay."""

IS_WHOLE = """title => {
  title.textContent = "How to keep cut flowers for more than a week";
  return title.scrollWidth <= title.clientWidth && title.scrollHeight <= title.clientHeight + 1;
}"""

LINES = """cell => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  return new Set([...range.getClientRects()].filter(each => each.width).map(each => each.bottom)).size;
}"""

TOO_SMALL = """() => {
  const bars = ".seg > *, .tabs > *, .tabbar a, .subnav a";
  const words = ".job .ttl, .claims .link, .listing .out a, .set-when > summary";
  const pressed = `.btn, .input, .cmd, summary.small, label.row:has(> .box), ${bars}, ${words}`;
  return [...document.querySelectorAll(pressed)].filter(each => each.checkVisibility())
    .filter(each => each.offsetHeight && each.offsetHeight < 44).map(each => each.outerHTML.slice(0, 160));
}"""
"""What fingers would miss on a phone: less than 44 px high."""


NOT_FOR_PAPER = """() => {
  const around = [...document.querySelectorAll("nav, .top .btn, .cmd, .tray, .review > .list, main .input")];
  const cut = [...document.querySelectorAll("main, main .scroll, main .raw, main .ev .l2, main .card")]
    .filter(each => getComputedStyle(each).overflow !== "visible"
      && (each.scrollHeight > each.clientHeight + 1 || each.scrollWidth > each.clientWidth + 1));
  const dark = getComputedStyle(document.querySelector("main")).backgroundColor !== "rgb(255, 255, 255)";
  return [...around.filter(each => each.checkVisibility()), ...cut].map(each => each.outerHTML.slice(0, 160))
    .concat(dark ? ["dark paper"] : []);
}"""
"""What leads around or can be filled in, and what is cut off."""


@pytest.fixture
async def content(runtime: Runtime, owner: Actor, channel: Channel) -> list[str]:
    """Posts and deliveries in every state, and the addresses of their pages."""
    draft = await written(runtime, owner, channel, body="x" * 600)
    waiting = await in_review(runtime, owner, channel)
    template = await save_as_template(runtime, owner, waiting.post.id, "Morning", is_for_all=True)
    snippet = await create_snippet(runtime, owner, SnippetDraft("Call us", "Call {brand.phone}"))
    deliveries = [await scheduled(runtime, owner, channel) for _ in range(4)]
    claim, fail, doubt = DeliveryAction.CLAIM, DeliveryAction.FAIL, DeliveryAction.LOSE_TRACK
    await moved(runtime, deliveries[1].id, claim)
    await moved(runtime, deliveries[2].id, claim, fail, error="The board is full.", next_step="Make room.")
    await moved(runtime, deliveries[3].id, claim, doubt, asks_person=True, doubt_since=runtime.clock.now())
    await pause(runtime, owner, "channel", channel.id, reason="Wrong price in a campaign")
    sheets = ("cancel", "settle", "take-down", "reschedule")
    return [
        f"/posts/{draft.post.id}/edit",
        f"/posts/{waiting.post.id}",
        f"/review/{waiting.post.id}",
        f"/posts/{deliveries[0].post_id}",
        f"/posts/{deliveries[0].post_id}/schedule",
        f"/channels/{channel.id}",
        f"/channels/{channel.id}/reconnect",
        f"/settings/brands/{channel.brand_id}",
        f"/settings/cadence/{channel.brand_id}",
        f"/channels/{channel.id}/cadence",
        f"/channels/{channel.id}/approval",
        f"/posts/{waiting.post.id}/template",
        f"/settings/templates/{template.id}",
        f"/settings/snippets/{snippet.id}",
        f"/settings/snippets?brand={channel.brand_id}",
        *(f"/deliveries/{delivery.id}" for delivery in deliveries),
        *(f"/deliveries/{deliveries[3].id}/{sheet}" for sheet in sheets),
    ]


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_every_page_is_accessible(
    look: Look, content: list[str], color_scheme: str, viewport: dict[str, int]
) -> None:
    olga = await look(Role.OWNER, color_scheme=color_scheme, viewport=viewport)
    found: dict[str, Any] = {}
    for path in (*PAGES, *content):
        await olga.open(path)
        if findings := await olga.findings():
            found[path] = findings
        width = await olga.page.evaluate("document.documentElement.scrollWidth")
        if width > viewport["width"]:
            found[f"{path} is wider than the screen"] = width
        if viewport == DESKTOP and (under := await olga.page.evaluate(BELOW)):
            found[f"{path} scrolls away as a whole"] = under
        if viewport == PHONE and (small := await olga.page.evaluate(TOO_SMALL)):
            found[f"{path} is hard to hit"] = small
    assert found == {}
    assert [each for each in olga.complaints if "404" not in each] == []


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
async def test_what_opens_over_a_page_is_accessible(
    look: Look, content: list[str], channel: Channel, color_scheme: str
) -> None:
    olga = await look(Role.OWNER, color_scheme=color_scheme)
    delivery = content[-1].rpartition("/")[0]
    found: dict[str, Any] = {}
    for path, pressed in (
        ("/publishing", "text=Pause everything…"),
        ("/pauses", "main >> text=Resume…"),
        ("/settings/team", "text=Invite…"),
        (f"/channels/{channel.id}", "text=Reconnect…"),
        (f"/settings/cadence/{channel.brand_id}", "main tbody a[data-dialog]"),
        (delivery, "text=Settle…"),
        (delivery, "text=Take down…"),
        ("/", "[data-palette]"),
    ):
        await olga.open(path)
        await olga.page.click(pressed)
        await olga.page.locator("dialog[open]").wait_for()
        if findings := await olga.findings():
            found[f"{path} {pressed}"] = findings
    assert found == {}
    assert olga.complaints == []


@pytest.mark.parametrize("width", [320, 640], ids=["320 px", "a desktop at 200 %"])
async def test_nothing_scrolls_sideways_where_it_is_narrow(
    look: Look, content: list[str], width: int
) -> None:
    olga = await look(Role.OWNER, viewport={"width": width, "height": 640})
    wide = {}
    for path in (*PAGES, *content):
        await olga.open(path)
        if out := await olga.page.evaluate(STICKS_OUT, width):
            wide[path] = out
    assert wide == {}


async def test_a_small_desk_cuts_no_title_and_breaks_no_state(look: Look, content: list[str]) -> None:
    olga = await look(Role.OWNER, viewport={"width": 1280, "height": 720})
    await olga.open(content[-1].rpartition("/")[0])
    assert await olga.page.locator(".top h1").evaluate(IS_WHOLE)
    for view in ("month", "week", "list"):
        await olga.open(f"/calendar?view={view}")
        assert await olga.page.evaluate("document.documentElement.scrollWidth") == 1280
    await olga.open("/")
    state = olga.page.locator("section[aria-labelledby=brands] td[data-label=State]")
    assert "failed or in doubt" in await state.inner_text()
    assert await state.locator(".row").evaluate(LINES) <= 2  # the dot's box and the words'


async def test_paper_shows_everything_but_the_way_around(look: Look, content: list[str]) -> None:
    olga = await look(Role.OWNER, viewport=PAPER, color_scheme="dark")
    await olga.page.emulate_media(media="print")
    found = {}
    for path in (content[2], "/calendar", "/settings/audit", content[-1].rpartition("/")[0]):
        await olga.open(path)
        if wrong := await olga.page.evaluate(NOT_FOR_PAPER):
            found[path] = wrong
    assert found == {}


async def test_who_wants_no_motion_gets_none(look: Look) -> None:
    olga = await look(Role.OWNER, reduced_motion="reduce")
    lasts = "getComputedStyle(document.querySelector('.dot.pulse')).animationDuration"
    assert float((await olga.page.evaluate(lasts)).removesuffix("s")) < 0.001


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
async def test_what_is_seen_before_signing_in_is_accessible(look: Look, color_scheme: str) -> None:
    olga = await look(Role.OWNER, color_scheme=color_scheme)
    await olga.page.context.clear_cookies()
    for path in ("/sign-in", "/sign-in/forgotten", "/link/nothing"):
        await olga.open(path)
        assert await olga.findings() == [], path
    assert olga.complaints == []


async def test_every_stop_of_the_tabulator_can_be_seen(look: Look, content: list[str]) -> None:
    olga = await look(Role.OWNER)
    for path in ("/", content[2]):
        await olga.open(path)
        for _ in range(40):
            await olga.page.keyboard.press("Tab")
            outline = await olga.page.evaluate(
                "(() => { const at = document.activeElement; return at === document.body ? 'body'"
                " : getComputedStyle(at).outlineStyle + ' ' + at.outerHTML.slice(0, 80); })()"
            )
            assert outline == "body" or not outline.startswith("none"), outline
