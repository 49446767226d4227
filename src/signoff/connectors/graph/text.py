"""Social text: brought into the form it is sent in, counted, and compared with what a platform lists."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import Final

from signoff.connectors.content import Measure, Objection

_HASHTAG: Final = re.compile(r"#\w")
_MENTION: Final = re.compile(r"(?<!\w)@\w")
_STYLES: Final = frozenset("\ufe0e\ufe0f")
"""They choose how an emoji is drawn, and come and go on their way through a platform."""
_LINE_END: Final = re.compile(r"[^\S\n]+(?=\n|$)")


def as_sent(body: str) -> str:
    """Give the text exactly as it will be sent: one kind of line end, nothing blank around it."""
    return body.replace("\r\n", "\n").replace("\r", "\n").strip()


def count_chars(text: str) -> int:
    """Count as browsers and the platform's own pages do: in UTF-16 units, so most emoji count as two.

    Meta doesn't say how it counts; this is the strictest of the usual ways, so what fits here fits there.
    """
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def count_hashtags(text: str) -> int:
    """Count every # that a word follows; an emoji makes a hashtag, too."""
    emoji = sum(1 for sign, after in pairwise(text) if sign == "#" and _is_symbol(after))
    return len(_HASHTAG.findall(text)) + emoji


def count_mentions(text: str) -> int:
    """Count every @ that begins a name; the one inside a mail address doesn't."""
    return len(_MENTION.findall(text))


def comparable(text: str) -> str:
    """Give the form in which two texts count as the same although a platform tidied one of them up."""
    plain = unicodedata.normalize("NFC", as_sent(text))
    return _LINE_END.sub("", plain).strip()


def differs(told: str, sent: str) -> bool:
    """Tell whether a text that the platform gave is another one than ours.

    Blanks and invisible signs don't count: platforms tidy them up, and a post isn't doubted for that.
    """
    return told != sent and _visible(told) != _visible(sent)


def measure(name: str, label: str, amount: int, limit: int) -> Measure:
    """Set a count against its limit."""
    return Measure(name, label, f"{amount:,}", f"{limit:,}", max(0, amount - limit))


def too_much(field: str, what: str, measured: Measure, remedy: str) -> Objection:
    """Say by how much a measure is over its limit."""
    over = f"{measured.over_by:,} too many"
    return Objection(field, f"{what}: {measured.value} of {measured.limit}, {over}. {remedy}")


def _visible(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)
    kept = (sign for sign in plain if sign not in _STYLES)
    return "".join(sign for sign in kept if unicodedata.category(sign)[0] not in "CZ")


def _is_symbol(sign: str) -> bool:
    return unicodedata.category(sign) == "So"
