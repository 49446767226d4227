"""Whether WordPress keeps a post as it was approved.

WordPress writes some things differently without changing what they mean (entities, `<br />`); what it takes
away from users without `unfiltered_html`, and what people edit, does change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from itertools import zip_longest
from typing import TypeAlias

from signoff.connectors.content import Json

Piece: TypeAlias = tuple[str, ...]
_SHOWN_CHARS = 60


def difference(wanted: Mapping[str, Json], stored: Mapping[str, Json]) -> str:
    """Say in words where a stored post first differs from the wanted fields; empty when it doesn't.

    `stored` is the post in WordPress's form with `context=edit`.
    """
    for name in ("title", "excerpt", "content"):
        if found := _first_difference(str(wanted[name]), _stored(stored, name)):
            return f"{name}: {found}"
    if stored.get("featured_media", 0) != wanted["featured_media"]:
        return "featured picture: another one, or none"
    return ""


def has_same_words(wanted: Mapping[str, Json], stored: Mapping[str, Json]) -> bool:
    """Tell whether visitors read the same title and text, however it is laid out."""
    return all(_words(str(wanted[name])) == _words(_stored(stored, name)) for name in ("title", "content"))


def _stored(stored: Mapping[str, Json], name: str) -> str:
    field = stored.get(name)
    return str(field.get("raw", "")) if isinstance(field, dict) else ""


def _words(html: str) -> str:
    return "".join(_read(html).said.split())


def _first_difference(wanted: str, stored: str) -> str:
    if wanted == stored:
        return ""
    for expected, found in zip_longest(_pieces(wanted), _pieces(stored)):
        if expected != found:
            return f"{_shown(found)} in place of {_shown(expected)}"
    return ""


def _shown(piece: Piece | None) -> str:
    text = " ".join(piece) if piece else "nothing"
    return f"“{text[:_SHOWN_CHARS]}…”" if len(text) > _SHOWN_CHARS else f"“{text}”"


def _pieces(html: str) -> list[Piece]:
    return _read(html).pieces()


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


class _Reader(HTMLParser):
    """Takes HTML apart into tags with sorted attributes, and text with folded white space."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[Piece] = []
        self._text: list[str] = []
        self.said = ""
        """All text, without tags."""

    def pieces(self) -> list[Piece]:
        self._end_text()
        return self._pieces

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._end_text()
        named = sorted(f'{name}="{(value or "").strip(" ;")}"' for name, value in attrs)
        self._pieces.append((tag, *named))

    def handle_endtag(self, tag: str) -> None:
        self._end_text()
        self._pieces.append((f"/{tag}",))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        self._text.append(data)
        self.said += data

    def handle_comment(self, data: str) -> None:
        self._end_text()
        self._pieces.append(("!--", data.strip()))

    def _end_text(self) -> None:
        text = " ".join("".join(self._text).split())
        self._text.clear()
        if text:
            self._pieces.append((text,))
