"""Which sentences state facts, and which of them the brand's own facts prove."""

from __future__ import annotations

from typing import Final

import pytest

from signoff.kernel.score.ledger import ledger_of
from signoff.kernel.score.sentences import sentences_of
from signoff.kernel.score.statements import Claim, Statement, statements_in

LEDGER: Final = ledger_of(
    name="Northlight Bakery",
    address={"street": "14 Constitution Street", "city": "Edinburgh"},
    telephone="+44 131 496 0182",
    domain="northlight.example",
    hours=[{"days": "Tu-Fr", "opens": "07:30", "closes": "17:00"}],
    facts={"prices": {"rye loaf": "4.20 £"}, "team": ["Marta", "Elin"], "oven": "proves 18 hours"},
)


def _only(text: str) -> Statement:
    found = statements_in([text], LEDGER)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "claim", "phrase", "source"),
    [
        ("Open at 7:30 am.", Claim.TIME, "7:30 am", "Opening hours, Tu-Fr"),
        ("The rye loaf is £4.20 today.", Claim.PRICE, "£4.20", "prices / rye loaf"),
        ("The dough in the oven proves 18 hours.", Claim.NUMBER, "18 hours", "oven"),
        ("Call +44 131 496 0182.", Claim.PHONE, "+44 131 496 0182", "Telephone"),
        ("Ask for Marta.", Claim.NAME, "Marta", "team"),
    ],
)
def test_a_fact_of_the_brand_is_the_source(text: str, claim: Claim, phrase: str, source: str) -> None:
    said = _only(text)
    assert (said.claims, said.phrases) == ((claim,), (phrase,))
    assert [each.label for each in said.sources] == [source]
    assert said.is_proved


@pytest.mark.parametrize(
    ("text", "claims", "open_phrases"),
    [
        ("Only the best bread!", (Claim.SUPERLATIVE,), ("Only", "best")),
        ("There are 18 seats.", (Claim.NUMBER,), ("18 seats",)),
        ("20 % off until Friday.", (Claim.SHARE, Claim.DATE), ("20 %", "Friday")),
        ("Say hello to Jonas and Mairi.", (Claim.NAME,), ("Jonas", "Mairi")),
        ("We stay open on Friday until eight.", (Claim.NUMBER, Claim.DATE), ("eight", "Friday")),
        ("Marta opens at 9 a.m.", (Claim.TIME,), ("9 a.m.",)),
    ],
)
def test_what_nothing_proves_is_open(
    text: str, claims: tuple[Claim, ...], open_phrases: tuple[str, ...]
) -> None:
    said = _only(text)
    assert said.claims == claims
    assert said.open_phrases == open_phrases


def test_a_number_that_is_on_record_for_something_else_is_no_source() -> None:
    assert _only("We have 14 kinds of bread.").sources == ()


def test_a_link_in_the_sentence_is_a_source() -> None:
    said = _only("Rye grew by 12 % says [the board](https://grain.example/2026).")
    assert [each.text for each in said.sources] == ["grain.example"]
    assert said.is_proved


def test_sentences_without_claims_arent_asked_about() -> None:
    assert statements_in(["Come in and smell it. #Leith #RealBread", "Our bread keeps well."], LEDGER) == []


def test_the_same_sentence_on_two_channels_is_one_statement() -> None:
    found = statements_in(["It costs 5 £. New!", "Hello.\n\nIt costs 5 £."], LEDGER)
    assert [each.sentence for each in found] == ["It costs 5 £."]


def test_abbreviations_end_no_sentence() -> None:
    assert sentences_of("Dr. Mayer opens at 9 a.m. Come early. It is 3.50 € or e.g. 4 €.") == [
        "Dr. Mayer opens at 9 a.m.",
        "Come early.",
        "It is 3.50 € or e.g. 4 €.",
    ]
