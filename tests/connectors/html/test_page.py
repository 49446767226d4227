"""The page as readers, search engines and link previews find it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signoff.connectors.content import Business
from signoff.connectors.html.render import render
from tests.connectors.html.world import BAKERY, Found, page_of, source

EVENT = {
    "starts_at": "2027-05-01T18:00:00+02:00",
    "ends_at": "2027-05-01T22:00:00+02:00",
    "place": "Town hall",
    "address": "Main square 1, Vienna",
}


def found(**what: Any) -> Found:
    return Found(page_of(render(source("brown", "white", **what)).payload))


def test_a_page_is_complete() -> None:
    page = found(link="https://bakery.test/order")
    text = page_of(render(source("brown")).payload)
    assert text.startswith('<!doctype html>\n<html lang="en">')
    assert "<title>New bread</title>" in text
    assert page.metas["description"] == page.metas["og:description"] == "We bake rye & spelt."
    assert page.metas["og:title"] == "New bread"
    assert page.metas["og:url"] == "https://bakery.test/new-bread/"
    assert page.metas["og:site_name"] == "Corner Bakery & Sons"
    assert page.metas["og:image"].startswith("https://bakery.test/new-bread/1-")
    assert page.metas["og:image:alt"] == 'A brown "loaf"'
    assert {"rel": "canonical", "href": "https://bakery.test/new-bread/"} in page.attributes["link"]
    assert [image["alt"] for image in page.attributes["img"]] == ['A brown "loaf"', 'A white "loaf"']
    assert {"href": "https://bakery.test/order"} in page.attributes["a"]
    assert "New bread 2027-03-01 We bake rye & spelt. When? From six on." in page.words
    for shown in ("Corner Bakery & Sons", "Main street 1, 1010 Vienna, AT", "+43 1 234567"):
        assert shown in page.words
    assert "Monday, Tuesday: 06:00-18:00" in page.words
    assert "Sunday: closed" in page.words


def test_only_the_date_is_put_in_later() -> None:
    payload = render(source("brown")).payload
    assert json.loads(json.dumps(payload)) == payload
    assert render(source("brown")).payload == payload
    one, other = page_of(payload, "2027-03-01"), page_of(payload, "2028-12-31")
    assert one.replace("2027-03-01", "") == other.replace("2028-12-31", "")
    assert one.count("2027-03-01") == 4


def test_machines_get_the_business_as_readers_do() -> None:
    business = found().graph["Bakery"]
    assert business["@id"] == "https://bakery.test/#business"
    assert business["address"] == {
        "@type": "PostalAddress",
        "streetAddress": "Main street 1",
        "postalCode": "1010",
        "addressLocality": "Vienna",
        "addressCountry": "AT",
    }
    assert business["openingHoursSpecification"][0] == {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": ["Monday", "Tuesday"],
        "opens": "06:00",
        "closes": "18:00",
    }
    assert (business["priceRange"], business["servesCuisine"]) == ("€€", "Viennese")


@pytest.mark.parametrize("content_type", ["feed_post", "blog_post", "faq_page", "occasion_page"])
def test_machines_get_nothing_that_readers_do_not_see(content_type: str) -> None:
    page = found(content_type=content_type, metadata={"event": EVENT})
    vocabulary = {
        "@context",
        "@type",
        "@id",
        "dayOfWeek",
        "eventStatus",
        "inLanguage",
        "opens",
        "closes",
        "image",
    }
    for text in leaves(json.loads(page.data), vocabulary):
        shown = page.words + page.metas["description"] + page.metas["og:url"]
        links = [str(link["href"]) for link in page.attributes["a"]]
        times = [str(time["datetime"]) for time in page.attributes["time"]]
        assert text in shown or text in links or text in times, text
    assert "42 %" not in page.data


def leaves(node: Any, besides: set[str]) -> list[str]:
    if isinstance(node, dict):
        return [
            text for name, value in node.items() if name not in besides for text in leaves(value, besides)
        ]
    if isinstance(node, list):
        return [text for value in node for text in leaves(value, besides)]
    return [str(node)]


@pytest.mark.parametrize(
    ("change", "type"),
    [
        ({"category": "Bakery"}, "Bakery"),
        ({"category": "cafe or coffee shop"}, "CafeOrCoffeeShop"),
        ({"category": "rocket science"}, "LocalBusiness"),
        ({"category": ""}, "LocalBusiness"),
        ({"address": {"city": "Vienna"}}, "Organization"),
        ({"address": {}}, "Organization"),
    ],
)
def test_a_local_business_needs_an_address_and_a_known_type(change: dict[str, Any], type: str) -> None:
    graph = found(business=replace(BAKERY, **change)).graph
    assert type in graph
    assert ("openingHoursSpecification" in graph[type]) is (type != "Organization")


def test_an_article_is_dated_and_signed() -> None:
    article = found().graph["Article"]
    assert article["headline"] == "New bread"
    assert article["datePublished"] == article["dateModified"] == "2027-03-01"
    assert article["author"] == article["publisher"] == {"@id": "https://bakery.test/#business"}
    assert article["url"] == "https://bakery.test/new-bread/"


def test_a_faq_page_gives_its_visible_questions() -> None:
    page = found(content_type="faq_page")
    assert page.graph["FAQPage"]["mainEntity"] == [
        question("When?", "From six on."),
        question("Where?", "In Vienna."),
    ]


def question(name: str, answer: str) -> dict[str, Any]:
    return {"@type": "Question", "name": name, "acceptedAnswer": {"@type": "Answer", "text": answer}}


@pytest.mark.parametrize(
    "what",
    [
        {"content_type": "faq_page", "body": "## One?\n\nYes.\n\n## Two?\n"},
        {"content_type": "occasion_page"},
    ],
)
def test_one_question_or_no_faq_page_makes_no_faq_data(what: dict[str, Any]) -> None:
    graph = found(**what).graph
    assert "FAQPage" not in graph
    assert graph["WebPage"]["datePublished"] == "2027-03-01"


def test_an_event_has_a_time_and_a_place() -> None:
    page = found(content_type="occasion_page", metadata={"event": EVENT})
    event = page.graph["Event"]
    assert (event["startDate"], event["endDate"]) == (EVENT["starts_at"], EVENT["ends_at"])
    assert event["location"] == {"@type": "Place", "name": "Town hall", "address": "Main square 1, Vienna"}
    assert "2027-05-01 18:00 - 2027-05-01 22:00, Town hall, Main square 1, Vienna" in page.words


@pytest.mark.parametrize(
    "event",
    [
        None,
        "party",
        {**EVENT, "place": ""},
        {**EVENT, "starts_at": "2027-05-01"},
        {**EVENT, "starts_at": "2027-05-01T18:00:00"},
        {**EVENT, "starts_at": "soon"},
    ],
)
def test_without_time_and_place_there_is_no_event(event: Any) -> None:
    rendered = render(source(content_type="occasion_page", metadata={"event": event}))
    assert "Event" not in Found(page_of(rendered.payload)).graph
    assert any("start time" in note for note in rendered.notes)


def test_an_end_before_the_start_is_left_out() -> None:
    event = {**EVENT, "ends_at": "2027-05-01T17:00:00+02:00"}
    assert "endDate" not in found(content_type="occasion_page", metadata={"event": event}).graph["Event"]


def test_a_brand_without_a_site_gets_no_address() -> None:
    rendered = render(source("brown", business=Business(name="Stall", time_zone="UTC")))
    page = Found(page_of(rendered.payload))
    assert "og:url" not in page.metas
    assert "og:image" not in page.metas
    assert "link" not in page.attributes
    assert page.graph["Organization"] == {"@type": "Organization", "@id": "#business", "name": "Stall"}
    assert any("no web site" in note for note in rendered.notes)


def test_the_author_can_name_address_and_language() -> None:
    page = found(metadata={"canonical_url": "https://www.bakery.test/news/bread", "language": "de-AT"})
    assert page.metas["og:url"] == "https://www.bakery.test/news/bread"
    assert page.attributes["html"] == [{"lang": "de-AT"}]
    evil = found(metadata={"canonical_url": "javascript:alert(1)", "language": 'x"><script>'})
    assert (evil.metas["og:url"], evil.attributes["html"]) == (
        "https://bakery.test/new-bread/",
        [{"lang": "en"}],
    )


NASTY = st.text(st.sampled_from("<>&\"'`/!-=;(){}[]\\*#?\u2028\u2029 \nabcscriptalert1é😀"), max_size=60)


@given(title=NASTY, body=NASTY, name=NASTY, description=NASTY)
def test_no_text_breaks_out_of_its_place(title: str, body: str, name: str, description: str) -> None:
    business = replace(BAKERY, name=name, address={"street": title, "city": name})
    text = source(title=title, body=body, business=business, metadata={"description": description})
    page = Found(page_of(render(text).payload))
    assert page.attributes["script"] == [{"type": "application/ld+json"}]
    assert len(page.attributes["style"]) == 1
    assert not {"iframe", "object", "svg", "form", "base"} & set(page.attributes)
    handlers = [
        name for tags in page.attributes.values() for tag in tags for name in tag if name.startswith("on")
    ]
    assert handlers == []
    assert page.graph["Article"].get("headline", "") == " ".join(title.split())


def test_objections_say_what_is_missing() -> None:
    objections = render(source(title="", body="![x](https://evil.test/x.png)")).objections
    assert [objection.field for objection in objections] == ["title", "body", "body"]
