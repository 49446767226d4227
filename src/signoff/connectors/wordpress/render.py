"""The form that a post takes on a WordPress site. What is made here is sealed, and sent as it is.

Only two things are filled in later, and both follow from what is sealed: the delivery's key at the end of the
slug, and the address that WordPress gives each uploaded picture, in place of `signoff-picture:<digest>`.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from signoff.connectors.articles import (
    DESCRIPTION_CHARS,
    Article,
    is_web_address,
    read_article,
    shorten,
    slug_of,
)
from signoff.connectors.base import Json, Measure, Objection, Picture, Rendered, Source
from signoff.connectors.wordpress.about import ABOUT

PLACEHOLDER: Final = "signoff-picture:"
NO_LIMIT: Final = "no limit"


def render(source: Source) -> Rendered:
    """Make the post: title, HTML, excerpt, slug and pictures, the first of them as featured picture."""
    article = read_article(source.body)
    title = " ".join(source.title.split())
    excerpt = shorten(str(source.metadata.get("description") or article.first_paragraph), DESCRIPTION_CHARS)
    payload: dict[str, Json] = {
        "title": title,
        "text": _content(source, article),
        "excerpt": excerpt,
        "slug_base": slug_of(str(source.metadata.get("slug") or title)),
        "pictures": [
            {"digest": picture.digest, "alt": alt_of(picture), "use": "inline" if place else "featured"}
            for place, picture in enumerate(source.pictures)
        ],
    }
    return Rendered(
        payload,
        measures=_measures(source, title, article, excerpt),
        objections=tuple(_objections(source, title, article)),
        notes=tuple(_notes(source, excerpt)),
    )


def alt_of(picture: Picture) -> str:
    """Give the alternative text as WordPress keeps it: in one line."""
    return " ".join(picture.alt.split())


def _content(source: Source, article: Article) -> str:
    parts = [article.html]
    if source.link and source.link not in source.body:
        parts.append(f"<p>{_link(source.link)}</p>")
    parts += [
        f'<figure class="wp-block-image"><img src="{PLACEHOLDER}{picture.digest}" '
        f'alt="{html.escape(alt_of(picture))}"></figure>'
        for picture in source.pictures[1:]
    ]
    # WordPress would carry out [shortcodes] in a text that only means to show them.
    return "\n".join(part for part in parts if part).replace("[", "&#91;")


def _link(address: str) -> str:
    parts = urlsplit(address)
    shown = f"{parts.hostname or address}{parts.path.rstrip('/')}"
    return f'<a href="{html.escape(address)}">{html.escape(shown)}</a>'


def _measures(source: Source, title: str, article: Article, excerpt: str) -> tuple[Measure, ...]:
    pictures, most = len(source.pictures), ABOUT.limits.images_max
    return (
        Measure("title", "Title", f"{len(title)} characters", NO_LIMIT),
        Measure("text", "Text", f"{len(article.text.split())} words", NO_LIMIT),
        Measure("excerpt", "Description", f"{len(excerpt)} characters", f"{DESCRIPTION_CHARS} characters"),
        Measure("pictures", "Pictures", str(pictures), str(most), over_by=max(0, pictures - most)),
    )


def _objections(source: Source, title: str, article: Article) -> Iterator[Objection]:
    if not title:
        yield Objection("title", "WordPress needs a title. Add one.")
    if not article.text.strip():
        yield Objection("body", "There is no text. Write some.")
    if source.link and not is_web_address(source.link):
        yield Objection("link", "The link isn't a complete address. Begin it with https://")
    for address in article.linked_images:
        yield Objection("body", f"The text shows an image from {address}. Upload it and attach it instead.")
    if (over_by := len(source.pictures) - ABOUT.limits.images_max) > 0:
        yield Objection("media", f"{over_by} pictures too many: take at most {ABOUT.limits.images_max}.")
    yield from _picture_objections(source.pictures)


def _picture_objections(pictures: tuple[Picture, ...]) -> Iterator[Objection]:
    for place, picture in enumerate(pictures, 1):
        if picture.media_type not in ABOUT.limits.image_types:
            yield Objection("media", f"Picture {place} is {picture.media_type}. Use JPEG, PNG, WebP or GIF.")
        if "<" in picture.alt:
            yield Objection(
                "media", f"WordPress cuts the alt text of picture {place} at “<”. Write it without."
            )


def _notes(source: Source, excerpt: str) -> Iterator[str]:
    if excerpt.endswith("…") and not str(source.metadata.get("description", "")).endswith("…"):
        yield f"The description is cut to {DESCRIPTION_CHARS} characters; set one to choose the words."
    if len(source.pictures) > 1:
        yield "The first picture becomes the featured picture; the others follow the text."


def fields_of(payload: Mapping[str, Json], media: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
    """Give the fields of the WordPress post, with the pictures' addresses filled in.

    `media` tells for each digest the `id` and `url` of the upload. Title and excerpt are HTML in WordPress.
    """
    content = str(payload["text"])
    for digest, upload in media.items():
        content = content.replace(f"{PLACEHOLDER}{digest}", html.escape(str(upload["url"])))
    featured = next((use["digest"] for use in payload["pictures"] if use["use"] == "featured"), None)
    return {
        "title": html.escape(str(payload["title"]), quote=False),
        "content": content,
        "excerpt": html.escape(str(payload["excerpt"]), quote=False),
        "featured_media": media[featured]["id"] if featured else 0,
    }
