from __future__ import annotations

import json
from dataclasses import replace

import pytest

from signoff.connectors.wordpress.compare import difference
from signoff.connectors.wordpress.connector import WordPress
from signoff.connectors.wordpress.render import fields_of, render
from tests.connectors.wordpress.world import digest_of, source


def test_the_same_source_always_gives_the_same_sealed_form() -> None:
    written = source("brown", "white", link="https://bakery.test/order?x=1&y=2")
    once, again = render(written), render(written)
    assert once == again
    assert json.loads(json.dumps(once.payload)) == once.payload
    assert once.payload["title"] == "New bread & rolls"
    assert once.payload["slug_base"] == "new-bread-rolls"
    assert once.payload["excerpt"] == "We bake rye & spelt."
    assert [(use["digest"], use["use"]) for use in once.payload["pictures"]] == [
        (digest_of("brown"), "featured"),
        (digest_of("white"), "inline"),
    ]
    assert f'<img src="signoff-picture:{digest_of("white")}"' in once.payload["text"]
    assert '<a href="https://bakery.test/order?x=1&amp;y=2">bakery.test/order</a>' in once.payload["text"]
    assert once.objections == ()


def test_only_the_pictures_addresses_are_filled_in_later() -> None:
    payload = render(source("brown", "white")).payload
    media = {
        digest_of("brown"): {"id": 4, "url": "https://x.test/b.jpg"},
        digest_of("white"): {"id": 5, "url": 'https://x.test/w"&.jpg'},
    }
    fields = fields_of(payload, media)
    assert fields["featured_media"] == 4
    assert fields["title"] == "New bread &amp; rolls"
    assert fields["content"] == payload["text"].replace(
        f"signoff-picture:{digest_of('white')}", "https://x.test/w&quot;&amp;.jpg"
    )


@pytest.mark.parametrize(
    ("body", "kept", "gone"),
    [
        ("# Top\n\n## Below", "<h2>Top</h2>\n<h3>Below</h3>", "<h1"),
        ("one\ntwo", "<p>one two</p>", "<br"),
        ("<b>x</b> <!-- c -->", "&lt;b&gt;x&lt;/b&gt; &lt;!-- c", "<b>"),
        ("[x](javascript:alert(1))", "javascript", "<a"),
        ("[x](data:text/html,y)", "data", "<a"),
        ("[gallery ids=1]", "&#91;gallery ids=1]", "[gallery"),
        ("https://video.test/1", '<p><a href="https://video.test/1">https://video.test/1</a></p>', "<p>http"),
        ("|a|b|\n|-|-:|\n|1|2|", '<td style="text-align:right">2</td>', "align="),
        ("```py\nx<1\n```", '<pre><code class="language-py">x&lt;1', "x<1"),
    ],
)
def test_markdown_becomes_html_that_can_do_nothing(body: str, kept: str, gone: str) -> None:
    text = render(source(body=body)).payload["text"]
    assert kept in text
    assert gone not in text


def test_what_cannot_be_published_is_said_with_what_to_do(connector: WordPress) -> None:
    many = ["brown"] * 22
    written = source(*many, title=" ", body="![x](https://evil.test/x.png)", link="bakery.test")
    odd = replace(written.pictures[0], media_type="image/tiff", alt="a < b")
    written = replace(written, pictures=(odd, *written.pictures[1:]))
    objections = connector.render(written, {}).objections
    assert [objection.field for objection in objections] == [
        "title",
        "body",
        "link",
        "body",
        "media",
        "media",
        "media",
    ]
    assert "https://evil.test/x.png" in objections[3].message
    assert "2 pictures too many" in objections[4].message


def test_measures_show_what_there_is() -> None:
    rendered = render(source("brown", body="word " * 100))
    values = {measure.name: (measure.value, measure.limit, measure.over_by) for measure in rendered.measures}
    assert values["title"] == ("17 characters", "no limit", 0)
    assert values["text"] == ("100 words", "no limit", 0)
    assert values["pictures"] == ("1", "20", 0)
    assert values["description"][1] == "160 characters"
    assert rendered.payload["excerpt"].endswith("…")
    assert any("description is cut" in note for note in rendered.notes)


def test_the_author_can_set_description_and_slug() -> None:
    rendered = render(source(metadata={"description": "Rye & <spelt>", "slug": "Rye Day!"}))
    assert rendered.payload["slug_base"] == "rye-day"
    assert fields_of(rendered.payload, {})["excerpt"] == "Rye &amp; &lt;spelt&gt;"


WANTED = {
    "title": "A &amp; b",
    "excerpt": "",
    "content": '<p>x &lt; <a href="/a?b=1&amp;c=2">y</a><br>z</p>',
    "featured_media": 3,
}


def stored(**changes: object) -> dict[str, object]:
    raw: dict[str, object] = {"featured_media": 3}
    for name in ("title", "excerpt", "content"):
        raw[name] = {"raw": changes.get(name, WANTED[name])}
    return {
        **raw,
        **{name: value for name, value in changes.items() if name not in raw or name == "featured_media"},
    }


@pytest.mark.parametrize(
    "content",
    [
        '<p>x &lt; <a href="/a?b=1&#038;c=2">y</a><br />\nz</p>\n',
        "<p>x &#60; <a href='/a?b=1&amp;c=2'>y</a><br>z</p>",
    ],
)
def test_another_way_of_writing_the_same_is_no_difference(content: str) -> None:
    assert difference(WANTED, stored(content=content)) == ""


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": "A &amp; c"}, "title: “A & c” in place of “A & b”"),
        ({"excerpt": "More"}, "excerpt: “More” in place of “nothing”"),
        ({"content": "<p>x</p>"}, "content: “x” in place of “x <”"),
        ({"content": '<p>x &lt; <a href="/evil">y</a><br>z</p>'}, 'content: “a href="/evil"” in place of'),
        (
            {"content": str(WANTED["content"]) + "<script>1</script>"},
            "content: “script” in place of “nothing”",
        ),
        ({"content": str(WANTED["content"]) + "<!-- wp:x -->"}, "content: “!-- wp:x” in place of “nothing”"),
        ({"featured_media": 0}, "featured picture"),
    ],
)
def test_a_difference_in_meaning_is_named(change: dict[str, object], said: str) -> None:
    assert said in difference(WANTED, stored(**change))
