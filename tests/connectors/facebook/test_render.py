from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signoff.connectors.content import Picture, Rendered, Source
from signoff.connectors.facebook.render import render
from tests.connectors.graph.world import business

PHOTO = Picture("d1", "image/jpeg", 1080, 1350, 500_000, "A loaf")
LINK = "https://casaluz.example/menu"


def source(
    body: str = "Hello", *pictures: Picture, link: str = "", content_type: str = "feed_post"
) -> Source:
    return Source(content_type, "Title", body, link, pictures, business())


def messages(rendered: Rendered) -> list[str]:
    return [one.message for one in rendered.objections]


def test_text_and_link_stand_apart() -> None:
    rendered = render(source("Hello\r\nyou ", link=f" {LINK} "))
    assert rendered.payload == {"text": "Hello\nyou", "link": LINK, "pictures": []}
    assert not rendered.notes


def test_with_photos_the_link_goes_into_the_text_and_that_is_said() -> None:
    rendered = render(source("Hello", PHOTO, link=LINK))
    assert rendered.payload == {
        "text": f"Hello\n\n{LINK}",
        "link": "",
        "pictures": [{"digest": "d1", "alt": "A loaf"}],
    }
    assert rendered.notes == (
        "Photos leave no room for a link preview, so the link stands at the end of the text.",
    )
    already = render(source(f"See {LINK}", PHOTO, link=LINK))
    assert already.payload["text"] == f"See {LINK}"
    assert not already.notes
    assert render(source("", PHOTO, link=LINK)).payload["text"] == LINK


def test_limits_say_by_how_much() -> None:
    assert messages(render(source("x" * 63_210))) == [
        "The text is too long: 63,210 of 63,206, 4 too many. Shorten it."
    ]
    assert messages(render(source("x", *[PHOTO] * 11))) == [
        "11 pictures: Facebook Page takes at most 10. Remove 1."
    ]
    assert messages(render(source("x", replace(PHOTO, media_type="image/webp")))) == [
        "Picture 1 is image/webp; Facebook Page takes JPEG or PNG or GIF only. Convert it."
    ]
    assert not render(source("x", replace(PHOTO, width=10, height=4000))).objections


@pytest.mark.parametrize("link", ["casaluz.example", "javascript:alert(1)", "https://", "https://[", "/menu"])
def test_a_link_must_be_one(link: str) -> None:
    assert messages(render(source("x", link=link))) == [
        "The link must begin with https:// (or http://) and name a site."
    ]


def test_something_has_to_be_posted() -> None:
    assert messages(render(source(" \n"))) == [
        "There is nothing to post: write a text, or add a link or a picture."
    ]
    assert not render(source("", PHOTO)).objections
    assert not render(source("", link=LINK)).objections
    assert messages(render(source(content_type="reel"))) == ["A Page takes feed posts from here, not a reel."]


@given(st.text(max_size=50), st.booleans(), st.sampled_from(["", LINK]))
def test_nothing_that_was_written_gets_lost(body: str, has_photo: bool, link: str) -> None:
    rendered = render(source(body, *[PHOTO] * has_photo, link=link))
    text = str(rendered.payload["text"])
    assert body.replace("\r\n", "\n").replace("\r", "\n").strip() in text
    assert link in text or rendered.payload["link"] == link
    assert rendered == render(source(body, *[PHOTO] * has_photo, link=link))
