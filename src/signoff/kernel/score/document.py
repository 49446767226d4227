"""A text as the checklist reads it: blocks of Markdown, in order, without their marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Final

from signoff.kernel.score.language import Language, language_of, words_of
from signoff.kernel.score.sentences import sentences_of

_TAG: Final = re.compile(
    r"<(?:script|style)\b.*?</(?:script|style)\s*>|<!--.*?-->|</?[a-zA-Z][^<>]*>", re.DOTALL
)
_LINK: Final = re.compile(r"!?\[([^\]]*)\]\(([^()\s]*)[^()]*\)")
_ADDRESS: Final = re.compile(r"https?://([^\s/\"'<>()\[\]:]+)[^\s\"'<>()\[\]]*")
_EMPHASIS: Final = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
_LIST: Final = re.compile(r"\s*(?:[-*•+]|\d+[.)])\s+")


class Kind(StrEnum):
    """What a block is."""

    TITLE = "title"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    QUOTE = "quote"
    LIST = "list"
    TABLE = "table"


@dataclass(frozen=True)
class Block:
    """One block, its text without marks."""

    kind: Kind
    text: str
    raw: str
    parts: int = 0
    """Items of a list, filled cells of a table."""

    @cached_property
    def words(self) -> list[str]:
        return words_of(self.text)


@dataclass(frozen=True)
class Document:
    """A title and the blocks below it."""

    title: str
    blocks: tuple[Block, ...]

    @cached_property
    def body(self) -> str:
        return "\n\n".join(block.text for block in self.blocks)

    @cached_property
    def words(self) -> list[str]:
        return words_of(self.body)

    @cached_property
    def sentences(self) -> list[str]:
        return [said for block in self.blocks for said in sentences_of(block.text)]

    @cached_property
    def language(self) -> Language:
        return language_of(f"{self.title} {self.body}")

    @cached_property
    def text_blocks(self) -> list[Block]:
        """What is read as prose."""
        return [block for block in self.blocks if block.kind in {Kind.PARAGRAPH, Kind.QUOTE}]


def read_document(title: str, source: str) -> Document:
    """Read Markdown, HTML or plain text; a first heading of level one is the title where none is given."""
    blocks = [_block(raw) for raw in _pieces(_TAG.sub(" ", source.replace("\r\n", "\n")))]
    if not title and blocks and blocks[0].kind is Kind.TITLE:
        title = blocks[0].text
        blocks = blocks[1:]
    return Document(title, tuple(block for block in blocks if block.text))


def domains_in(text: str) -> set[str]:
    """Give the hosts that a text links to, without www."""
    return {match[1].lower().removeprefix("www.") for match in _ADDRESS.finditer(text)}


def _pieces(source: str) -> list[str]:
    """Cut at empty lines and behind headings."""
    pieces: list[str] = []
    for piece in re.split(r"\n\s*\n", source):
        lines = piece.strip("\n").split("\n")
        while lines and re.match(r"#{1,6}\s", lines[0]):
            pieces.append(lines.pop(0))
        if any(line.strip() for line in lines):
            pieces.append("\n".join(lines))
    return pieces


def _block(raw: str) -> Block:
    lines = [line for line in raw.split("\n") if line.strip()]
    if mark := re.match(r"(#{1,6})\s+", raw):
        kind = Kind.TITLE if len(mark[1]) == 1 else Kind.HEADING
        return Block(kind, _plain(raw[mark.end() :]), raw)
    if all(line.lstrip().startswith("|") for line in lines):
        rows = [line for line in lines if not re.fullmatch(r"[\s|:-]+", line)]
        cells = [cell.strip() for row in rows for cell in row.strip().strip("|").split("|")]
        return Block(Kind.TABLE, _plain("\n".join(rows).replace("|", " ")), raw, sum(map(bool, cells)))
    if all(line.lstrip().startswith(">") for line in lines):
        return Block(Kind.QUOTE, _plain("\n".join(line.lstrip(" >") for line in lines)), raw)
    if _LIST.match(lines[0]):
        items = [_LIST.sub("", line, count=1) for line in lines]
        return Block(
            Kind.LIST, _plain("\n\n".join(items)), raw, sum(bool(_LIST.match(line)) for line in lines)
        )
    return Block(Kind.PARAGRAPH, _plain(raw), raw)


def _plain(text: str) -> str:
    text = _LINK.sub(r"\1", text)
    text = _ADDRESS.sub(" ", text)
    return _EMPHASIS.sub(r"\2", text).strip()
