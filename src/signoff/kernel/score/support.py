"""Which numbers and quotes of a text have a source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from signoff.kernel.score.document import Block, Document, Kind, domains_in
from signoff.kernel.score.ledger import Ledger
from signoff.kernel.score.numbers import Number, numbers_in
from signoff.kernel.score.sentences import sentences_of

_YEAR_DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Stated:
    """A number in its sentence."""

    number: Number
    sentence: str
    is_supported: bool
    share: float
    """Where in the text it stands, between 0 and 1."""

    @property
    def phrase(self) -> str:
        """The number with a few words around it."""
        return around(self.sentence, self.number.start, self.number.end)


def stated_numbers(
    document: Document, ledger: Ledger, as_of: date, verified: frozenset[str] = frozenset()
) -> list[Stated]:
    """Give every number of the body; `verified` are sentences that a reviewer checked."""
    found: list[Stated] = []
    whole, passed = max(1, len(document.words)), 0
    for block in document.blocks:
        for sentence, is_linked in _sentences(block, ledger):
            is_known = is_linked or sentence in verified
            share = passed / whole
            found += [
                Stated(number, sentence, is_known or _is_on_record(number, ledger, as_of), share)
                for number in numbers_in(sentence)
            ]
        passed += len(block.words)
    return found


def _sentences(block: Block, ledger: Ledger) -> Iterator[tuple[str, bool]]:
    """Give each sentence, and whether a link to somebody else stands in it."""
    if not domains_in(block.raw) - {ledger.domain}:
        yield from ((sentence, False) for sentence in sentences_of(block.text))
        return
    # Marks are gone from the text, so the link is looked for in the same sentence with its marks.
    marked = sentences_of(block.raw)
    plain = sentences_of(block.text)
    for place, sentence in enumerate(plain):
        raw = marked[place] if len(marked) == len(plain) else block.raw
        yield sentence, bool(domains_in(raw) - {ledger.domain})


def _is_on_record(number: Number, ledger: Ledger, as_of: date) -> bool:
    is_year = len(number.value) == _YEAR_DIGITS and number.value.isdigit()
    return number.value in ledger.numbers or (is_year and abs(int(number.value) - as_of.year) <= 1)


_LONG_QUOTE: Final = 20
_QUOTES: Final = (("“", "”"), ("„", "“"), ("«", "»"), ('"', '"'))
_DASHES: Final = ("\u2014", "\u2013", "--", " - ")


def has_attributed_quote(document: Document, ledger: Ledger) -> tuple[bool, str]:
    """Tell whether somebody is quoted by name; otherwise a quote that nobody is named for."""
    loose = ""
    for block in document.blocks:
        quoted = _quoted(block)
        if not quoted:
            continue
        on_record = any(quoted in fact.text for fact in ledger.facts)
        if _is_attributed(block) or on_record or domains_in(block.raw):
            return True, ""
        loose = loose or quoted
    return False, loose


def _quoted(block: Block) -> str:
    for left, right in _QUOTES:
        start = block.text.find(left)
        end = block.text.find(right, start + 1)
        if start >= 0 and end - start - 1 >= _LONG_QUOTE:
            return block.text[start + 1 : end]
    return block.text if block.kind is Kind.QUOTE else ""


def _is_attributed(block: Block) -> bool:
    """A dash behind the quote leads to whoever said it."""
    after = max((block.text.rfind(dash) for dash in _DASHES), default=-1)
    said = block.text[after + 1 :].strip(" \u2014\u2013-\n") if after > 0 else ""
    return bool(said) and said[0].isupper()


def around(text: str, start: int, end: int, reach: int = 28) -> str:
    """Cut out a phrase at word boundaries, with a few words on both sides."""
    first = text.rfind(" ", 0, max(0, start - reach)) + 1 if start > reach else 0
    last = text.find(" ", min(len(text), end + reach))
    last = len(text) if last < 0 else last
    return f"{'…' if first else ''}{text[first:last].strip()}{'…' if last < len(text) else ''}"
