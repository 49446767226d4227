"""What the checklist needs to know of a language: its small words, empty phrases, superlatives and endings.

A text in another language is read with no list at all: then every word counts, and nothing is called empty.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Language:
    """One language's lists; all in lower case."""

    code: str
    small: frozenset[str]
    """Words that carry no meaning of their own: they tell the language, and no query is about them."""
    asking: frozenset[str]
    """What a question begins with."""
    pointing: frozenset[str]
    """A passage that begins so can't be quoted alone."""
    empty: tuple[str, ...]
    """What texts begin with when they say nothing yet."""
    superlatives: frozenset[str]
    endings: tuple[str, ...]
    """Cut off to compare words, the longest first."""
    counting: frozenset[str] = frozenset()
    """Numbers in words."""
    names_stand_out: bool = True
    """A capital within a sentence means a name."""


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


ENGLISH: Final = Language(
    "en",
    _set(
        "a an the of in on at to for and or is are be it i my me we you your with from by as that this what"
        " which who where when how do does can"
    ),
    _set("what which who where when why how is are do does can should will"),
    _set("this that it they these those there here he she such"),
    (
        "are you looking", "have you ever", "did you know", "in today's", "in the world of",
        "look no further", "nothing beats", "when it comes to", "imagine", "welcome to", "whether you",
    ),
    _set(
        "best cheapest largest biggest oldest newest fastest finest healthiest safest only never always"
        " guaranteed guarantee leading unique perfect free unbeatable"
    ),
    ("ings", "ing", "ies", "ied", "ed", "es", "ly", "s", "y", "e"),
    _set(
        "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty"
        " seventy eighty ninety hundred thousand dozen half"
    ),
)  # fmt: skip

SPANISH: Final = Language(
    "es",
    _set(
        "el la los las un una unos unas de del en a al para por y o es son que con sin su sus mi tu se lo"
        " como qué cuál dónde cuándo cómo quién más"
    ),
    _set("qué cuál cuáles dónde cuándo cómo quién quiénes cuánto cuánta cuántos cuántas"),
    _set("esto esta este estos estas eso esa ese ello ellos ellas ahí aquí allí"),
    ("¿buscas", "¿estás buscando", "¿sabías", "en el mundo de", "bienvenido", "bienvenidos", "imagina"),
    _set(
        "mejor mejores único única únicos más mayor menor siempre nunca gratis garantizado garantizada"
        " líder perfecto perfecta"
    ),
    ("amente", "mente", "ciones", "ción", "es", "as", "os", "s", "a", "o", "e"),
    _set("dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta cien mil media"),
)

GERMAN: Final = Language(
    "de",
    _set(
        "der die das den dem des ein eine einen einem einer eines und oder ist sind in im am an auf für mit"
        " von vom zu zum zur wie was wo wer wann wir ihr sie es nicht auch bei"
    ),
    _set("was welche welcher welches wer wo wann warum wie ist sind kann"),
    _set("dies diese dieser dieses das es sie dort hier jene jener"),
    (
        "suchen sie",
        "kennst du",
        "kennen sie",
        "wussten sie",
        "in der heutigen",
        "willkommen",
        "stell dir vor",
    ),
    _set(
        "beste bester bestes besten günstigste günstigsten größte ältester älteste einzige einziger immer nie"
        " garantiert gratis kostenlos führend perfekt"
    ),
    ("ungen", "ung", "en", "er", "es", "em", "e", "n", "s"),
    _set("zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig hundert tausend halb"),
    names_stand_out=False,
)

UNKNOWN: Final = Language(
    "", frozenset(), frozenset(), frozenset(), (), frozenset(), (), frozenset(), names_stand_out=False
)

_KNOWN: Final = (ENGLISH, SPANISH, GERMAN)
_TELLING: Final = 0.12
"""A text is in a language when so large a share of its words are that language's small ones."""
_SHORTEST_STEM: Final = 3


def words_of(text: str) -> list[str]:
    """Give the words of a text: runs of letters and digits, with apostrophes and hyphens inside."""
    return _WORD.findall(text)


def language_of(text: str) -> Language:
    """Tell the language by its small words."""
    words = [word.lower() for word in words_of(text)]
    if not words:
        return UNKNOWN
    share, found = max(
        ((sum(word in each.small for word in words) / len(words), each) for each in _KNOWN),
        key=lambda pair: pair[0],
    )
    return found if share >= _TELLING else UNKNOWN


def stem(word: str, language: Language) -> str:
    """Cut a word so that its forms compare as the same; good enough to find a query's words again."""
    word = word.lower().replace("\u2019", "'").removesuffix("'s")
    for ending in language.endings:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


def stems(text: str, language: Language) -> Sequence[str]:
    """Give the stems of all words but the small ones, in order."""
    return [stem(word, language) for word in words_of(text) if word.lower() not in language.small]
