"""What the author wrote, as a Page post."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from signoff.connectors.content import Objection, Rendered, Source
from signoff.connectors.facebook.about import ABOUT, LIMITS
from signoff.connectors.graph import pictures
from signoff.connectors.graph.addresses import split
from signoff.connectors.graph.text import as_sent, count_chars, measure, too_much

_MOST_CHARS: Final = LIMITS.text_chars or 0


def render(source: Source) -> Rendered:
    """Give text, link and pictures as they are sent.

    A post has either photos or the preview of a link; with photos the link goes into the text.
    """
    text, link = as_sent(source.body), source.link.strip()
    moved = bool(link and source.pictures)
    if moved:
        text = text if link in text else f"{text}\n\n{link}".strip()
    length = measure("text", "Characters", count_chars(text), _MOST_CHARS)
    objections = [
        *_content_type(source),
        *_link(link),
        *pictures.objections(source.pictures, LIMITS, ABOUT.label),
    ]
    if length.over_by:
        objections.append(too_much("body", "The text is too long", length, "Shorten it."))
    if not (text or link or source.pictures):
        objections.append(
            Objection("body", "There is nothing to post: write a text, or add a link or a picture.")
        )
    note = "Photos leave no room for a link preview, so the link stands at the end of the text."
    return Rendered(
        payload={
            "text": text,
            "link": "" if moved else link,
            "pictures": [{"digest": picture.digest, "alt": picture.alt} for picture in source.pictures],
        },
        measures=(length, pictures.measure_count(source.pictures, LIMITS)),
        objections=tuple(objections),
        notes=(note,) if moved and link not in source.body else (),
    )


def _content_type(source: Source) -> Iterator[Objection]:
    if source.content_type not in ABOUT.content_types:
        kind = source.content_type.replace("_", " ")
        yield Objection("content_type", f"A Page takes feed posts from here, not a {kind}.")


def _link(link: str) -> Iterator[Objection]:
    parts = split(link)
    if link and not (parts and parts.scheme in {"http", "https"} and parts.hostname):
        yield Objection("link", "The link must begin with https:// (or http://) and name a site.")
