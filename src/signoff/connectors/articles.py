"""From the author's Markdown to clean HTML, for platforms that show whole pages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

DESCRIPTION_CHARS: Final = 160
"""About what search results show of a description (Google cuts by width, at 155 to 160 characters)."""
SLUG_CHARS: Final = 60

_TAGS: Final = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre"),
    *("a", "code", "del", "em", "s", "strong", "table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES: Final = {
    "a": {"href", "title"},
    "code": {"class"},
    "ol": {"start"},
    "td": {"style"},
    "th": {"style"},
}
_SCHEMES: Final = {"http", "https", "mailto", "tel"}
_BARE_ADDRESS: Final = re.compile(r"https?://\S+")
_LETTERS_WITHOUT_PARTS: Final = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "þ": "th"})


@dataclass(frozen=True, slots=True)
class Question:
    """A question that stands visibly in the text, with its answer, both as plain text."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Article:
    """A text ready for a page. `html` holds no headings of the first level (that is the page's title)."""

    html: str
    text: str
    """What a reader sees, without marks."""
    first_paragraph: str
    questions: tuple[Question, ...]
    linked_images: tuple[str, ...]
    """Images that the author linked to; `html` is without them, since they could change after approval."""


def read_article(markdown: str) -> Article:
    """Turn Markdown into HTML, always the same from the same input. Raw HTML shows as the text it is."""
    tokens = _MARKDOWN.parse(markdown)
    linked_images = tuple(_take_images_out(tokens))
    _lower_headings(tokens)
    for token in tokens:
        _link_bare_address(token)
    html = nh3.clean(
        _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}),
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        filter_style_properties={"text-align"},
        url_schemes=_SCHEMES,
        link_rel=None,
    )
    blocks = list(_blocks(tokens))
    return Article(
        html=html.strip(),
        text="\n".join(text for _, text in blocks),
        first_paragraph=next((text for kind, text in blocks if kind == "paragraph"), ""),
        questions=tuple(_questions(blocks)),
        linked_images=linked_images,
    )


def shorten(text: str, limit: int) -> str:
    """Fold white space and cut: after a sentence if that keeps half, else after a word, with an ellipsis."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    sentence = max(head.rfind(mark) for mark in (". ", "! ", "? ", "。"))
    if sentence >= limit // 2:
        return head[: sentence + 1]
    word = head.rfind(" ")
    return (head[:word] if word > 0 else head).rstrip(" ,;:-") + "…"


def slug_of(title: str) -> str:
    """Give the readable part of an address: [a-z0-9-], at most SLUG_CHARS; `post` where nothing is left."""
    plain = unicodedata.normalize("NFKD", title.lower().translate(_LETTERS_WITHOUT_PARTS))
    words = re.findall(r"[a-z0-9]+", plain.encode("ascii", "ignore").decode())
    slug = ""
    for word in words:
        longer = f"{slug}-{word}" if slug else word[:SLUG_CHARS]
        if len(longer) > SLUG_CHARS:
            break
        slug = longer
    return slug or "post"


def is_web_address(text: str) -> bool:
    """Tell whether it is a complete http or https address."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port  # reading the port checks it
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and not re.search(r"\s", text)


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    # A line break inside a paragraph is a space, as on every page; some sites would make a new line of it.
    markdown.add_render_rule("softbreak", lambda *_: " ")
    return markdown


_MARKDOWN: Final = _markdown()


def _take_images_out(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        children = token.children or []
        yield from (str(child.attrGet("src")) for child in children if child.type == "image")
        token.children = [child for child in children if child.type != "image"]


def _lower_headings(tokens: Sequence[Token]) -> None:
    """Move all headings one level down if the author used the first level, which is the page's title."""
    if any(token.tag == "h1" for token in tokens):
        for token in tokens:
            if token.type in {"heading_open", "heading_close"}:
                token.tag = f"h{min(int(token.tag[1]) + 1, 6)}"


def _link_bare_address(token: Token) -> None:
    """Make a link of an address that is a whole paragraph; sites might put something else in its place."""
    children = token.children or []
    if len(children) == 1 and children[0].type == "text" and _BARE_ADDRESS.fullmatch(children[0].content):
        start = Token("link_open", "a", 1, attrs={"href": children[0].content})
        token.children = [start, children[0], Token("link_close", "a", -1)]


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Give each block of text with its kind; a heading or a strong line that ends in `?` is a question."""
    for before, token in pairwise(tokens):
        if token.type in {"fence", "code_block"}:
            yield "code", token.content.strip()
        if token.type != "inline" or not (text := _plain(token)):
            continue
        is_heading = before.type == "heading_open"
        if text.endswith("?") and (is_heading or _is_strong_line(token)):
            yield "question", text
        elif is_heading:
            yield "heading", text
        else:
            yield "paragraph", text


def _plain(token: Token) -> str:
    pieces = [" " if child.type.endswith("break") else child.content for child in token.children or []]
    return " ".join("".join(pieces).split())


def _is_strong_line(token: Token) -> bool:
    kinds = [child.type for child in token.children or [] if child.content or child.nesting]
    return kinds[:1] == ["strong_open"] and kinds[-1:] == ["strong_close"] and kinds.count("strong_open") == 1


def _questions(blocks: Sequence[tuple[str, str]]) -> Iterator[Question]:
    question, answer = "", list[str]()
    for kind, text in (*blocks, ("heading", "")):
        if kind in {"question", "heading"}:
            if question and answer:
                yield Question(question, " ".join(answer))
            question, answer = (text if kind == "question" else ""), []
        elif question:
            answer.append(text)
