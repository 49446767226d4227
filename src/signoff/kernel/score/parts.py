"""The parts of the checklist that every text has. Their terms' weights are those of `aeo-1`, and stay so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from signoff.kernel.score.document import Document, Kind, domains_in
from signoff.kernel.score.findings import Measured, Part, Term, clamp, put_together
from signoff.kernel.score.language import Language, stems, words_of
from signoff.kernel.score.ledger import Ledger
from signoff.kernel.score.numbers import phones_in
from signoff.kernel.score.support import Stated, has_attributed_quote, stated_numbers

LONG_SENTENCE: Final = 30
_EARLY: Final = 0.3
_FIRST_WORDS, _SECOND_WORDS = 60, 120
_PRICE: Final = re.compile(
    r"(?:[€$£]\s?\d|\d\s?(?:[€$£]|eur\b|euros?\b|usd\b|gbp\b|pounds?\b|dollars?\b|pence\b))", re.IGNORECASE
)


@dataclass(frozen=True)
class Text:
    """Everything that the parts look at."""

    document: Document
    query: str
    ledger: Ledger
    numbers: Sequence[Stated]
    alts: Sequence[str]
    description: str

    @property
    def language(self) -> Language:
        return self.document.language

    @property
    def asked(self) -> frozenset[str]:
        """What the query is about: its stems without the brand's own."""
        own = set(stems(self.ledger.name, self.language))
        return frozenset(stems(self.query, self.language)) - own


def text_of(  # noqa: PLR0913 - what a text is judged by
    document: Document,
    *,
    query: str,
    ledger: Ledger,
    as_of: date,
    verified: frozenset[str],
    alts: Sequence[str],
    description: str,
) -> Text:
    """Read the numbers once for all parts."""
    numbers = stated_numbers(document, ledger, as_of, verified)
    return Text(document, query, ledger, numbers, alts, description)


_NO_QUERY: Final = "The post doesn't say which question it answers."


def answer(text: Text) -> Measured:
    """Does it answer at once, in the business's name, with something that can be checked?"""
    words = text.document.words
    first = " ".join(words[:_FIRST_WORDS])
    opening = (text.document.sentences or [""])[0]
    return put_together(
        Part.ANSWER,
        Term(
            0.40,
            _share_of(text.asked, first, text.language) if text.asked else None,
            "The first lines don't take up the question." if text.asked else _NO_QUERY,
            f"Answer “{text.query}” in the first {_FIRST_WORDS} words.",
            opening,
        ),
        Term(
            0.25,
            _name_share(text, words) if text.ledger.name else None,
            "The business isn't named at the beginning.",
            f"Name {text.ledger.name} in the first sentence.",
            opening,
        ),
        Term(0.20, _opening_share(opening, text.language), *_opening_said(opening)),
        Term(
            0.15,
            float(any(each.is_supported and each.share <= _EARLY for each in text.numbers)),
            "Nothing that can be checked stands in the first third.",
            "Begin with a number from the brand's facts: a price, a time, how many.",
        ),
    )


def _share_of(asked: frozenset[str], said: str, language: Language) -> float:
    return len(asked & set(stems(said, language))) / len(asked) if asked else 1.0


def _name_share(text: Text, words: Sequence[str]) -> float:
    name = " ".join(words_of(text.ledger.name)).lower()
    if name in " ".join(words[:_FIRST_WORDS]).lower():
        return 1.0
    return 0.5 if name in " ".join(words[:_SECOND_WORDS]).lower() else 0.0


def _opening_share(opening: str, language: Language) -> float:
    lower = opening.lower()
    is_empty = lower.rstrip().endswith("?") or lower.startswith(language.empty)
    is_long = len(words_of(opening)) > LONG_SENTENCE
    return clamp(1.0 - 0.5 * is_empty - 0.5 * is_long) if opening else 0.0


def _opening_said(opening: str) -> tuple[str, str, str]:
    if len(words_of(opening)) > LONG_SENTENCE:
        return "The first sentence is long.", f"Keep it below {LONG_SENTENCE} words.", opening
    return "The first sentence says nothing yet.", "Begin with the answer, not with a question.", opening


def evidence(text: Text) -> Measured:
    """Numbers with a source, somebody quoted by name, links to others."""
    words = max(1, len(text.document.words))
    values = {each.number.value for each in text.numbers if each.is_supported}
    raw = "\n".join(block.raw for block in text.document.blocks)
    outside = domains_in(raw) - {text.ledger.domain}
    quotes, loose = has_attributed_quote(text.document, text.ledger)
    return put_together(
        Part.EVIDENCE,
        Term(
            0.45,
            clamp(len(values) / (words / 100) / 1.5),
            "Few numbers that the brand's facts prove.",
            "State numbers that are on record: prices, hours, how many.",
        ),
        Term(0.30, float(quotes), "Nobody is quoted by name.", "Quote somebody, and say who.", loose),
        Term(0.25, clamp(len(outside) / 2), "No link to anybody else.", "Link to two independent pages."),
    )


def entity(text: Text) -> Measured:
    """The facts that people look a business up for."""
    ledger, said = text.ledger, f"{text.document.title}\n{text.document.body}"
    lower = said.lower()
    phones = {digits for digits, _, _ in phones_in(said)}
    raw = "\n".join(block.raw for block in text.document.blocks)
    values = {each.number.value for each in text.numbers}
    times = {f"{int(time.partition(':')[0])}:{time.partition(':')[2]}" for time in ledger.hours}
    reached: dict[str, bool] = {}
    if ledger.name:
        reached[f"the name, {ledger.name}"] = ledger.name.lower() in lower
    if ledger.city:
        reached[f"the city, {ledger.city}"] = ledger.city.lower() in lower
    if ledger.street:
        reached[f"the street, {ledger.street}"] = ledger.street.lower() in lower
    if ledger.phones or ledger.domain:
        own = bool(phones & ledger.phones) or ledger.domain in domains_in(raw)
        reached["a way to get in touch"] = own
    if times:
        reached["the opening hours"] = bool(times & values)
    if ledger.has_prices:
        reached["a price"] = bool(_PRICE.search(said))
    if not reached:
        return put_together(Part.ENTITY, Term(1, None, "The brand has no facts on record."))
    return put_together(
        Part.ENTITY,
        *(Term(1, float(there), f"Missing: {what}.", f"Say {what}.") for what, there in reached.items()),
    )


def coverage(text: Text) -> Measured:
    """Is it about what is asked, without repeating it?"""
    if not text.asked:
        return put_together(Part.COVERAGE, Term(1, None, _NO_QUERY))
    document, language = text.document, text.language
    headings = " ".join(block.text for block in document.blocks if block.kind is Kind.HEADING)
    lead = " ".join(_lead(document))
    over = stuffing(text)
    return put_together(
        Part.COVERAGE,
        Term(
            0.35, _share_of(text.asked, document.title, language), "The title is about something else.",
            f"Put the words of “{text.query}” into the title.", document.title,
        ),
        Term(
            0.25, _share_of(text.asked, f"{headings} {lead}", language),
            "Headings and beginning leave out words of the question.", "Use them where they fit.",
        ),
        Term(
            0.40, _share_of(text.asked, document.body, language),
            "The text leaves out words of the question.", "Say what was asked about.",
        ),
        factor=1 - over,
    )  # fmt: skip


def _lead(document: Document) -> Iterator[str]:
    words = 0
    for block in document.text_blocks[:2]:
        yield block.text
        words += len(block.words)
        if words >= 20:  # noqa: PLR2004 - aeo-1
            return


def stuffing(text: Text) -> float:
    """Tell how much the question's words are repeated: 0 not at all, 1 beyond all bearing."""
    words = text.document.words
    if len(words) < 50 or not text.asked:  # noqa: PLR2004 - aeo-1
        return 0.0
    counted = Counter(stems(text.document.body, text.language))
    most = max((counted[each] for each in text.asked), default=0) / len(words)
    phrase = " ".join(words_of(text.query)).lower()
    exact = " ".join(words).lower().count(phrase) if phrase else 0
    return max(clamp((most - 0.03) / 0.03), clamp((exact / max(1.0, len(words) / 150) - 1) / 2))
