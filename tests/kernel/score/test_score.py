"""The checklist `aeo-1`: known texts come out as they should, in the right order, with reasons."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signoff.kernel.score.findings import Part
from signoff.kernel.score.ledger import Fact, Ledger
from signoff.kernel.score.score import Asked, Band, Score, score_of

GOOD: Final = (Path(__file__).parent / "good.md").read_text("utf-8")
QUERY: Final = "best tapas restaurant in Madrid for families"
LEDGER: Final = Ledger(
    name="Casa Luz",
    city="Madrid",
    street="Calle de la Cava Baja 12",
    telephone="+34 911 234 567",
    domain="casaluz.example",
    hours=("12:00", "23:00"),
    facts=(
        Fact("Telephone", "+34 911 234 567"),
        Fact("Prices and numbers", "12, 42, 3.50 €, 12:00, 23:00, 18:00, 26, 4.20 €, 15, 60, 9"),
    ),
)

BLOCKS: Final = GOOD.strip().split("\n\n")
TITLE, LEAD, REST = BLOCKS[0], BLOCKS[1], BLOCKS[2:]
FLUFF: Final = (
    "Nothing beats an evening out with the people you love, when the light is warm and the talk goes on "
    "and on. Good food brings everybody together, old friends and new, and the memories of a long table last "
    "for years. Every plate tells a story of its own, and every story deserves to be heard with a smile."
    "\n\n"
    "When it comes to eating out, the choice can feel endless, and it is hard to know where to begin. "
    "Every street seems to hold another door, another smell, another promise of a night to remember. That is "
    "why it matters to look closely, to ask around, and to trust those who have done this with love."
)
PROSE: Final = [block for block in BLOCKS[1:] if not block.startswith(("#", "|"))]
STUB: Final = (
    "Casa Luz is a family tapas restaurant in Madrid at Calle de la Cava Baja 12, open daily from 12:00 to "
    "23:00, tapas from 3.50 €, call +34 911 234 567."
)


def _without(*beginnings: str) -> str:
    return "\n\n".join(block for block in BLOCKS if not block.startswith(beginnings))


def _invented() -> str:
    text = GOOD
    for old, new in (
        ("42 tapas", "187 tapas"),
        ("26 people", "310 people"),
        ("60 €", "77 €"),
        ("12 high chairs", "88 high chairs"),
        ("up to 15", "up to 95"),
    ):
        text = text.replace(old, new)
    return text


VARIANTS: Final = {
    "good": (GOOD, 94),
    "no sources outside": (re.sub(r"https://www\.\w+\.com", "https://casaluz.example", GOOD), 89),
    "one wall of text": (
        f"{TITLE}\n\n" + " ".join(block.lstrip("> ").replace('"', "").replace("\n", " ") for block in PROSE),
        74,
    ),
    "answer after empty words": ("\n\n".join([TITLE, FLUFF, *REST, LEAD]), 76),
    "no numbers": (re.sub(r"\d+(?:[.:]\d+)*", "several", GOOD.replace("+34 911 234 567", "our number")), 69),
    "invented numbers": (_invented(), 69),
    "wrong phone": (GOOD.replace("+34 911 234 567", "+34 699 000 111"), 49),
    "no name": (GOOD.replace("Casa Luz", "our restaurant"), 49),
    "stuffed": (f"{TITLE}\n\n" + f"Casa Luz is the {', '.join([QUERY] * 5)}. " * 3, 38),
    "stub": (f"{TITLE}\n\n{STUB}", 25),
    "lead at the end": ("\n\n".join([TITLE, *REST, LEAD]), 89),
    "no headings": (_without("##"), 89),
    "no quote": (_without(">"), 88),
    "no table": (_without("|"), 90),
    "no street": (GOOD.replace(", at Calle de la Cava Baja 12", ""), 91),
    "query once more": (f"{GOOD}\n\n" + f"{QUERY}. " * 3, 90),
    "query ten times": (f"{GOOD}\n\n" + f"{QUERY}. " * 10, 49),
    "three loose numbers": (f"{GOOD}\n\nWe have 77 chairs, 88 tables and 99 plates.", 69),
    "one loose number": (f"{GOOD}\n\nWe have 77 chairs.", 94),
}
"""Texts, and the points of the prototype; the build stays within four of them."""


def _scored(source: str, *, title: str = "", is_article: bool = True, query: str = QUERY) -> Score:
    asked = Asked(title, source, is_article, LEDGER, date(2026, 11, 21), query)
    return score_of(asked, leave_out=frozenset({Part.MACHINE}))


@pytest.mark.parametrize("name", VARIANTS)
def test_known_texts_come_out_as_they_should(name: str) -> None:
    source, points = VARIANTS[name]
    assert abs(_scored(source).value - points) <= 4


def test_every_removal_costs_something_and_tricks_cost_more() -> None:
    points = {name: _scored(source).value for name, (source, _) in VARIANTS.items()}
    removals = [points[name] for name in VARIANTS if name.startswith(("no ", "lead "))]
    assert max(value for name, value in points.items() if name != "one loose number") <= points["good"]
    assert points["query ten times"] < points["three loose numbers"]
    honest = [value for value in removals if value > 49]
    assert points["three loose numbers"] <= min(honest) <= max(honest) < points["good"]


def test_the_number_without_a_source_is_named() -> None:
    found = _scored(_invented())
    assert found.cap is not None
    assert found.cap.reason == "5 numbers have no source: 187, 88, 310, 77, 95."
    assert "187 tapas" in found.cap.phrase
    assert found.band is Band.NEEDS_WORK


def test_a_sentence_that_was_checked_counts_as_a_source() -> None:
    source = f"{GOOD}\n\nWe have 77 chairs, 88 tables and 99 plates."
    checked = frozenset({"We have 77 chairs, 88 tables and 99 plates."})
    asked = Asked("", source, True, LEDGER, date(2026, 11, 21), QUERY, verified=checked)
    assert score_of(asked).cap is None


def test_the_year_is_no_invented_number() -> None:
    near = _scored("Casa Luz opens again in 2026, and again in 2027.", is_article=False)
    far = _scored("Casa Luz was born in 1908, moved in 1952, and again in 1977.", is_article=False)
    assert not [each for each in near.findings if "source" in each.reason]
    assert "3 numbers have no source: 1908, 1952, 1977." in [each.reason for each in far.findings]


def test_what_cant_be_measured_is_said_and_counts_for_nothing() -> None:
    with_query = _scored("Casa Luz serves 42 tapas from 12:00.", is_article=False)
    without = _scored("Casa Luz serves 42 tapas from 12:00.", is_article=False, query="")
    assert {each.part for each in without.missing} == {Part.ANSWER, Part.COVERAGE}
    assert [part.value for part in without.parts if part.part is Part.COVERAGE] == [None]
    assert without.value > with_query.value


def test_a_social_post_isnt_judged_as_an_article() -> None:
    parts = {part.part for part in _scored("Casa Luz, 42 tapas.", is_article=False).parts}
    assert parts == {Part.ANSWER, Part.EVIDENCE, Part.ENTITY, Part.COVERAGE}


def test_without_a_word_there_are_no_points() -> None:
    assert _scored("").value == 0
    assert _scored("<script>alert(1)</script>").value == 0


@given(st.text(max_size=400), st.text(max_size=60), st.booleans())
def test_any_text_gets_points_between_nought_and_a_hundred(source: str, title: str, is_article: bool) -> None:
    found = _scored(f"<p>{source}<b", title=title, is_article=is_article)
    assert 0 <= found.value <= 100
    assert found == _scored(f"<p>{source}<b", title=title, is_article=is_article)
