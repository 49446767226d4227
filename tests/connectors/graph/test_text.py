from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signoff.connectors.graph.text import (
    as_sent,
    comparable,
    count_chars,
    count_hashtags,
    count_mentions,
    differs,
    measure,
)

SIGNS = st.text(st.sampled_from("a#@_.é🍞👩‍👩‍👧\u0301 \r\n,1") | st.characters(codec="utf-8"))


@pytest.mark.parametrize(
    ("text", "chars"), [("", 0), ("abc", 3), ("é", 1), ("e\u0301", 2), ("🍞", 2), ("👩‍👩‍👧", 8), ("a\nb", 3)]
)
def test_characters_are_counted_as_browsers_count_them(text: str, chars: int) -> None:
    assert count_chars(text) == chars


@pytest.mark.parametrize("told", ["Hi ☀\ufe0f  Åsa", "Hi\u200b ☀ A\u030asa\n", " Hi\u00a0☀ Åsa"])
def test_a_text_that_was_tidied_up_is_no_other_text(told: str) -> None:
    assert not differs(told, "Hi ☀ Åsa")
    assert differs(told, "Hi ☀ Asa")
    assert differs(told, "")


@pytest.mark.parametrize(
    ("text", "tags", "mentions"),
    [
        ("#bread #rye_2 #Brötchen #パン", 4, 0),
        ("#one#two a#b", 3, 0),
        ("# #! ## no. #1", 1, 0),
        ("#🍞 #️⃣", 1, 0),
        ("@a, (@b) @c.d", 0, 3),
        ("mail me@casaluz.es", 0, 0),
        ("@ @@x", 0, 1),
    ],
)
def test_hashtags_and_mentions(text: str, tags: int, mentions: int) -> None:
    assert (count_hashtags(text), count_mentions(text)) == (tags, mentions)


def test_a_measure_says_what_must_go() -> None:
    found = measure("text", "Characters", 2237, 2200)
    assert (found.value, found.limit, found.over_by) == ("2,237", "2,200", 37)
    assert measure("text", "Characters", 2200, 2200).over_by == 0


@given(SIGNS)
def test_the_strict_count_is_never_below_what_people_or_python_count(text: str) -> None:
    base = sum(1 for sign in text if not unicodedata.combining(sign) and sign != "\u200d")
    assert base <= len(text) <= count_chars(text) <= 2 * len(text)


@given(SIGNS, SIGNS)
def test_counts_of_two_texts_add_up_when_a_space_parts_them(one: str, other: str) -> None:
    for count in (count_hashtags, count_mentions):
        assert count(f"{one} {other}") == count(one) + count(other)
    assert count_chars(one + other) == count_chars(one) + count_chars(other)


@given(SIGNS)
def test_what_is_sent_is_stable_and_has_one_kind_of_line_end(text: str) -> None:
    sent = as_sent(text)
    assert "\r" not in sent
    assert as_sent(sent) == sent
    assert comparable(sent) == comparable(text) == comparable(comparable(text))


@given(SIGNS)
def test_texts_that_a_platform_tidied_are_still_the_same(text: str) -> None:
    tidied = "\n".join(line.rstrip() for line in unicodedata.normalize("NFC", as_sent(text)).split("\n"))
    assert comparable(tidied) == comparable(text)
