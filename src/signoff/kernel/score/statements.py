"""Sentences that state facts: what a reviewer vouches for, each with its source where one fits."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from signoff.kernel.score.document import domains_in, read_document
from signoff.kernel.score.language import Language, stems, words_of
from signoff.kernel.score.ledger import Fact, Ledger
from signoff.kernel.score.numbers import Number, numbers_in, phones_in
from signoff.kernel.score.sentences import sentences_of


class Claim(StrEnum):
    """What kind of fact a sentence states."""

    PRICE = "price"
    SHARE = "share"
    TIME = "time"
    DATE = "date"
    PHONE = "phone"
    NUMBER = "number"
    SUPERLATIVE = "superlative"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Source:
    """What a claim rests on."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence with its claims. `key` names it within one post."""

    key: str
    sentence: str
    claims: tuple[Claim, ...]
    phrases: tuple[str, ...]
    """The very words that state something."""
    sources: tuple[Source, ...]
    open_phrases: tuple[str, ...]
    """Those of the phrases that nothing on record proves."""

    @property
    def is_proved(self) -> bool:
        return not self.open_phrases


@dataclass(frozen=True, slots=True)
class _Found:
    claim: Claim
    phrase: str
    source: Source | None


_MONTHS: Final = (
    "january february march april may june july august september october november december"
    " enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    " januar februar märz mai juni juli oktober dezember"
)
_DAYS: Final = (
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays"
    " saturdays sundays tomorrow tonight lunes martes miércoles jueves viernes sábado domingo mañana"
    " montag dienstag mittwoch donnerstag freitag samstag sonntag morgen"
)
_DATED: Final = frozenset(f"{_MONTHS} {_DAYS}".split()) - {"may", "march"}
_CALENDAR: Final = frozenset(f"{_MONTHS} {_DAYS}".split())
_MONEY: Final = re.compile(
    r"[€$£]|\b(?:eur|euros?|usd|gbp|pounds?|dollars?|pence|libras|dólares)\b", re.IGNORECASE
)
_BEHIND, _BEFORE = 9, 2
_CAPITAL: Final = re.compile(
    r"(?<![.!?:“\"'(]\s)(?<!^)(?<=[\w,;] )([A-ZÀ-Þ][\w\u2019'-]*(?: (?:[A-ZÀ-Þ][\w\u2019'-]*|de|of|la|del))*)"
)
_TAG: Final = re.compile(r"[#@]\w+")


def statement_key(sentence: str) -> str:
    """Name a sentence by its words, so that the same sentence keeps its name from version to version."""
    return hashlib.sha256(" ".join(sentence.split()).encode()).hexdigest()[:16]


def statements_in(texts: Iterable[str], ledger: Ledger) -> list[Statement]:
    """Find the statements of all texts of a post, each sentence once, in order."""
    found: dict[str, Statement] = {}
    for text in texts:
        document = read_document(" ", text)
        for block in document.blocks:
            marked = sentences_of(block.raw)
            plain = sentences_of(block.text)
            for place, sentence in enumerate(plain):
                raw = marked[place] if len(marked) == len(plain) else block.raw
                statement = _statement(sentence, raw, document.language, ledger)
                if statement:
                    found.setdefault(statement.key, statement)
    return list(found.values())


def _statement(sentence: str, raw: str, language: Language, ledger: Ledger) -> Statement | None:
    said = _TAG.sub(lambda tag: " " * len(tag.group()), sentence)
    claims = [
        *_phone_numbers(said, ledger),
        *_numbers(said, language, ledger),
        *_counted(said, language, ledger),
        *_days(said, ledger),
        *_superlatives(said, language),
        *_names(said, language, ledger),
    ]
    if not claims:
        return None
    linked = sorted(domains_in(raw) - {ledger.domain})
    sources = [each.source for each in claims if each.source]
    sources += [Source("Link in the sentence", host) for host in linked]
    return Statement(
        key=statement_key(sentence),
        sentence=sentence,
        claims=tuple(dict.fromkeys(each.claim for each in claims)),
        phrases=tuple(dict.fromkeys(each.phrase for each in claims)),
        sources=tuple(dict.fromkeys(sources)),
        open_phrases=()
        if linked
        else tuple(dict.fromkeys(each.phrase for each in claims if each.source is None)),
    )


def _phone_numbers(said: str, ledger: Ledger) -> Iterator[_Found]:
    for digits, start, end in phones_in(said):
        known = next((fact for fact in ledger.facts if digits in _phones(fact)), None)
        yield _Found(Claim.PHONE, said[start:end].strip(), _source(known))


def _phones(fact: Fact) -> set[str]:
    return {digits for digits, _, _ in phones_in(fact.text)}


def _numbers(said: str, language: Language, ledger: Ledger) -> Iterator[_Found]:
    for number in numbers_in(said):
        before, after = (
            said[max(0, number.start - _BEFORE) : number.start],
            said[number.end : number.end + _BEHIND],
        )
        claim = _kind(number, before, after)
        known = _fact_of(number, claim, said, language, ledger)
        yield _Found(claim, _with_unit(said, number, claim, language), _source(known))


def _kind(number: Number, before: str, after: str) -> Claim:
    if _MONEY.search(before) or _MONEY.match(after.lstrip()):
        return Claim.PRICE
    if after.lstrip().startswith(("%", "percent", "per cent")):
        return Claim.SHARE
    if ":" in number.value:
        return Claim.TIME
    follows = words_of(after.lower())[:1]
    return Claim.DATE if follows and follows[0] in _CALENDAR else Claim.NUMBER


def _with_unit(said: str, number: Number, claim: Claim, language: Language) -> str:
    """Give a number with what stands beside it, so that a reader sees what is counted."""
    before, rest = said[: number.start].rstrip(), said[number.end :]
    if claim is Claim.PRICE and before.endswith(("€", "$", "£")):
        return said[len(before) - 1 : number.end]
    if claim is Claim.TIME:
        return said[number.start : number.end]
    unit = re.match(r"\s?[%€$£]|\s([^\W\d_]+)", rest)
    if unit is None or (unit[1] and unit[1].lower() in language.small):
        return said[number.start : number.end]
    return said[number.start : number.end + unit.end()]


_ALIKE: Final[dict[Claim, tuple[str, ...]]] = {
    Claim.TIME: ("hour", "open", "time", "horario", "zeit"),
    Claim.PRICE: ("price", "cost", "menu", "precio", "preis"),
}


def _fact_of(number: Number, claim: Claim, said: str, language: Language, ledger: Ledger) -> Fact | None:
    """Find the fact that the number comes from: it holds the number and is about the same thing."""
    words = set(stems(said, language))

    def fit(fact: Fact) -> int:
        shared = words & set(stems(f"{fact.label} {fact.text}", language)) - {number.value}
        is_alike = any(each in fact.label.lower() for each in _ALIKE.get(claim, ()))
        return 2 * len({word for word in shared if not word[0].isdigit()}) + is_alike

    known = [fact for fact in ledger.facts if number.value in {each.value for each in numbers_in(fact.text)}]
    best = max(known, key=fit, default=None)
    return best if best and fit(best) else None


def _source(fact: Fact | None) -> Source | None:
    return Source(fact.label, fact.text) if fact else None


def _counted(said: str, language: Language, ledger: Ledger) -> Iterator[_Found]:
    """Numbers in words, with the word that they count."""
    words = words_of(said)
    for place, word in enumerate(words):
        if word.lower() not in language.counting:
            continue
        follows = words[place + 1 : place + 2]
        phrase = " ".join([word, *(each for each in follows if each.lower() not in language.small)])
        known = next((fact for fact in ledger.facts if phrase.lower() in fact.text.lower()), None)
        yield _Found(Claim.NUMBER, phrase, _source(known))


def _days(said: str, ledger: Ledger) -> Iterator[_Found]:
    for word in words_of(said):
        if word.lower() in _DATED:
            known = next((fact for fact in ledger.facts if word.lower() in fact.text.lower()), None)
            yield _Found(Claim.DATE, word, _source(known))


def _superlatives(said: str, language: Language) -> Iterator[_Found]:
    for word in words_of(said):
        if word.lower() in language.superlatives:
            yield _Found(Claim.SUPERLATIVE, word, None)


def _names(said: str, language: Language, ledger: Ledger) -> Iterator[_Found]:
    if not language.names_stand_out:
        return
    for match in _CAPITAL.finditer(said):
        name = match[1]
        if all(word.lower() in _CALENDAR | {"i"} for word in words_of(name)):
            continue
        known = next((fact for fact in ledger.facts if name.lower() in fact.text.lower()), None)
        yield _Found(Claim.NAME, name, _source(known))
