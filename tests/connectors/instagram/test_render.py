from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signoff.connectors.content import Objection, Picture, Rendered, Source
from signoff.connectors.graph.text import count_chars
from signoff.connectors.instagram.render import render
from tests.connectors.graph.world import business

GOOD = Picture("d1", "image/jpeg", 1080, 1350, 500_000, "A loaf")


def source(
    body: str = "Hello", *pictures: Picture, link: str = "", content_type: str = "feed_post"
) -> Source:
    return Source(content_type, "Title", body, link, pictures or (GOOD,), business())


def messages(rendered: Rendered) -> list[str]:
    return [one.message for one in rendered.objections]


def test_the_payload_is_the_caption_and_the_pictures_in_order() -> None:
    other = replace(GOOD, digest="d2", alt="A roll")
    rendered = render(source(" Hello\r\nworld \n", GOOD, other))
    assert rendered.payload == {
        "text": "Hello\nworld",
        "pictures": [{"digest": "d1", "alt": "A loaf"}, {"digest": "d2", "alt": "A roll"}],
    }
    assert not rendered.objections
    assert json.loads(json.dumps(dict(rendered.payload))) == rendered.payload


def test_a_caption_over_its_limits_says_by_how_much() -> None:
    rendered = render(source("x" * 2237))
    assert rendered.objections == (
        Objection("body", "The caption is too long: 2,237 of 2,200, 37 too many. Shorten it."),
    )
    assert messages(render(source("#a " * 31))) == [
        "Hashtags in the caption: 31 of 30, 1 too many. Remove some."
    ]
    assert messages(render(source("@a " * 23))) == [
        "Mentions in the caption: 23 of 20, 3 too many. Remove some."
    ]
    assert not render(source("x" * 2200)).objections


def test_there_is_no_post_without_a_picture_and_none_with_more_than_ten() -> None:
    empty = replace(source(), pictures=())
    assert messages(render(empty)) == ["Instagram takes no post without a picture. Attach at least 1."]
    assert messages(render(source("x", *[GOOD] * 12))) == [
        "12 pictures: Instagram takes at most 10. Remove 2."
    ]
    assert not render(source("x", *[GOOD] * 10)).objections


def test_a_caption_is_not_needed() -> None:
    assert not render(source("")).objections


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"media_type": "image/png"}, "Picture 1 is image/png; Instagram takes JPEG only. Convert it."),
        (
            {"size_bytes": 9_130_000},
            "Picture 1 has 9.2 MB; Instagram takes at most 8.0 MB, so it is 1.2 MB too large.",
        ),
        ({"width": 300, "height": 300}, "Picture 1 is 300 pixels wide; 320 are needed, 20 more."),
        (
            {"width": 1000, "height": 3000},
            (
                "Picture 1 is too tall (1000 x 3000, 0.33; at least 0.80). "
                "Crop 1750 pixels of its height, to 1000 x 1250."
            ),
        ),
        (
            {"width": 3000, "height": 1000},
            (
                "Picture 1 is too wide (3000 x 1000, 3.00; at most 1.91). "
                "Crop 1090 pixels of its width, to 1910 x 1000."
            ),
        ),
        ({"alt": "x" * 1005}, "Picture 1 has an alt text of 1,005 characters; shorten it by 5."),
    ],
)
def test_a_picture_that_instagram_refuses_says_what_to_do(changes: dict[str, object], message: str) -> None:
    assert messages(render(source("x", replace(GOOD, **changes)))) == [message]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("width", "height"), [(1080, 1350), (1200, 628), (1080, 566), (320, 320), (1440, 1800)]
)
def test_the_usual_shapes_pass(width: int, height: int) -> None:
    assert not render(source("x", replace(GOOD, width=width, height=height))).objections


def test_what_is_left_out_or_cropped_is_said() -> None:
    wide = replace(GOOD, width=1200, height=628)
    rendered = render(source("x", GOOD, wide, wide, link="https://casaluz.example/menu"))
    assert rendered.notes == (
        "The link isn't sent: Instagram shows no links below a post.",
        "Pictures 2, 3: Instagram crops every picture of a carousel to the shape of the first.",
    )
    assert not render(source("see https://casaluz.example", link="https://casaluz.example")).notes


def test_other_kinds_of_content_are_refused() -> None:
    assert messages(render(source(content_type="story"))) == [
        "Instagram takes feed posts and carousels from here, not a story."
    ]
    assert messages(render(source(content_type="carousel"))) == [
        "A carousel needs at least 2 pictures. Attach 1 more."
    ]


@given(st.text(st.sampled_from("a# @é🍞\u0301\n"), max_size=3000))
def test_the_measures_and_the_objections_agree(body: str) -> None:
    rendered = render(source(body))
    over = {one.name for one in rendered.measures if one.over_by}
    assert bool(over) == bool(rendered.objections)
    assert ("text" in over) == (count_chars(str(rendered.payload["text"])) > 2200)
    assert render(source(body)) == rendered


@given(st.integers(1, 20_000), st.integers(1, 20_000), st.integers(1, 20_000_000))
def test_the_crop_that_is_proposed_is_accepted(width: int, height: int, size_bytes: int) -> None:
    rendered = render(source("x", replace(GOOD, width=width, height=height, size_bytes=size_bytes)))
    crops = [one.message for one in rendered.objections if "Crop" in one.message]
    for message in crops:
        cropped = [int(side) for side in message.rstrip(".").rpartition("to ")[2].split(" x ")]
        again = render(source("x", replace(GOOD, width=cropped[0], height=cropped[1])))
        assert not [one for one in again.objections if "Crop" in one.message]
