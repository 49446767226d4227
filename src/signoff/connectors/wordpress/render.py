"""The form that a post takes on a WordPress site. What is made here is sealed, and sent as it is.

Only two things are filled in later, and both follow from what is sealed: the delivery's key at the end of the
slug, and the address that WordPress gives each uploaded picture, in place of `signoff-picture:<digest>`.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import Final

from signoff.connectors.content import Json, Objection, Picture, Rendered, Source
from signoff.connectors.pages import PageText, page_measures, page_notes, page_objections, read_page
from signoff.connectors.wordpress.about import ABOUT

PLACEHOLDER: Final = "signoff-picture:"


def render(source: Source) -> Rendered:
    """Make the post: title, HTML, excerpt, slug and pictures, the first of them as featured picture."""
    page = read_page(source)
    payload: dict[str, Json] = {
        "title": page.title,
        "text": _content(page),
        "excerpt": page.description,
        "slug_base": page.slug_base,
        "pictures": [
            {"digest": picture.digest, "alt": alt_of(picture), "use": "inline" if place else "featured"}
            for place, picture in enumerate(source.pictures)
        ],
    }
    return Rendered(
        payload,
        measures=page_measures(page, ABOUT),
        objections=(*page_objections(page, ABOUT), *_alt_objections(source.pictures)),
        notes=tuple(_notes(page)),
    )


def alt_of(picture: Picture) -> str:
    """Give the alternative text as WordPress keeps it: in one line."""
    return " ".join(picture.alt.split())


def _content(page: PageText) -> str:
    figures = [
        f'<figure class="wp-block-image"><img src="{PLACEHOLDER}{picture.digest}" '
        f'alt="{html.escape(alt_of(picture))}"></figure>'
        for picture in page.source.pictures[1:]
    ]
    parts = (page.article.html, page.link_html(), *figures)
    # WordPress would carry out [shortcodes] in a text that only means to show them.
    return "\n".join(part for part in parts if part).replace("[", "&#91;")


def _alt_objections(pictures: tuple[Picture, ...]) -> Iterator[Objection]:
    for place, picture in enumerate(pictures, 1):
        if "<" in picture.alt:
            yield Objection(
                "media", f"WordPress cuts the alt text of picture {place} at “<”. Write it without."
            )


def _notes(page: PageText) -> Iterator[str]:
    yield from page_notes(page)
    if len(page.source.pictures) > 1:
        yield "The first picture becomes the featured picture; the others follow the text."


def fields_of(payload: Mapping[str, Json], media: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
    """Give the fields of the WordPress post, with the pictures' addresses filled in.

    `media` tells for each digest the `id` and `url` of the upload; without one its placeholder stays. Title
    and excerpt are HTML in WordPress.
    """
    content = str(payload["text"])
    for digest, upload in media.items():
        content = content.replace(f"{PLACEHOLDER}{digest}", html.escape(str(upload["url"])))
    featured = next((use["digest"] for use in payload["pictures"] if use["use"] == "featured"), "")
    return {
        "title": html.escape(str(payload["title"]), quote=False),
        "content": content,
        "excerpt": html.escape(str(payload["excerpt"]), quote=False),
        "featured_media": media[featured]["id"] if featured in media else 0,
    }
