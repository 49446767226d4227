from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signoff.connectors.articles import Question, is_web_address, read_article, shorten, slug_of


def test_questions_stand_as_headings_or_strong_lines() -> None:
    article = read_article(
        "Intro.\n\n## When are you *open*?\n\nFrom six.\n\n- Monday\n- Tuesday\n\n"
        "**Do you bake `rye`?**\n\nYes.\n\n### Prices\n\nLow.\n\n## Unanswered?\n"
    )
    assert article.questions == (
        Question("When are you open?", "From six. Monday Tuesday"),
        Question("Do you bake rye?", "Yes."),
    )
    assert article.first_paragraph == "Intro."


def test_a_strong_word_that_asks_is_no_question() -> None:
    assert read_article("Is it **really?**\n\nYes.\n\n**One** or **two?**\n\nTwo.").questions == ()


def test_linked_images_are_named_and_left_out() -> None:
    article = read_article("See ![a](https://x.test/1.png) and ![b][r]\n\n[r]: https://x.test/2.png")
    assert article.linked_images == ("https://x.test/1.png", "https://x.test/2.png")
    assert "<img" not in article.html


@given(st.text(max_size=400))
def test_no_text_becomes_something_that_can_run(markdown: str) -> None:
    html = read_article(markdown).html.lower()
    assert not any(
        mark in html for mark in ("<script", "<iframe", "<img", "<style", "<!--", 'href="javascript:')
    )
    assert read_article(markdown) == read_article(markdown)


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("Short  and\nsweet", 40, "Short and sweet"),
        ("One sentence here. Another one follows it", 24, "One sentence here."),
        ("No. A very long sentence follows it", 24, "No. A very long…"),
        ("Supercalifragilistic", 10, "Supercali…"),
    ],
)
def test_a_text_is_cut_where_it_reads_well(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short


@given(st.text(max_size=300), st.integers(min_value=2, max_value=200))
def test_a_cut_text_keeps_the_limit(text: str, limit: int) -> None:
    assert len(shorten(text, limit)) <= limit


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Ünïcode & Straße: 50 % off!", "unicode-strasse-50-off"),
        ("日本語", "post"),
        ("x" * 100, "x" * 60),
        (
            "seven words that go on and on until the limit is reached by far",
            "seven-words-that-go-on-and-on-until-the-limit-is-reached-by",
        ),
        ("../../etc/passwd\x00", "etc-passwd"),
    ],
)
def test_a_slug_is_safe_and_readable(title: str, slug: str) -> None:
    assert slug_of(title) == slug


@pytest.mark.parametrize(
    ("text", "is_address"),
    [
        ("https://x.test/a?b#c", True),
        ("http://[::1]:8000", True),
        ("https://", False),
        ("x.test", False),
        ("ftp://x.test", False),
        ("https://x.test/a b", False),
        ("https://javascript:alert(1)", False),
        ("http://[broken", False),
    ],
)
def test_web_addresses_are_told_from_other_text(text: str, is_address: bool) -> None:
    assert is_web_address(text) is is_address
