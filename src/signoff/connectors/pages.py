"""What platforms that show whole pages have in common: the page's parts, and what they demand of them."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from signoff.connectors.about import About
from signoff.connectors.articles import (
    DESCRIPTION_CHARS,
    Article,
    is_web_address,
    read_article,
    shorten,
    slug_of,
)
from signoff.connectors.content import Measure, Objection, Source

NO_LIMIT: Final = "no limit"
ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}


@dataclass(frozen=True, slots=True)
class PageText:
    """A source read as a page. Authors may set `description` and `slug` in the post's metadata."""

    source: Source
    title: str
    description: str
    slug_base: str
    article: Article

    def link_html(self) -> str:
        """Give the post's link as a last paragraph, unless the text has it already."""
        address = self.source.link
        if not address or address in self.source.body:
            return ""
        parts = urlsplit(address)
        shown = f"{parts.hostname or address}{parts.path.rstrip('/')}"
        return f'<p><a href="{html.escape(address)}">{html.escape(shown)}</a></p>'


def read_page(source: Source) -> PageText:
    """Read the author's text as title, description, slug and article."""
    article = read_article(source.body)
    title = " ".join(source.title.split())
    description = str(source.metadata.get("description") or article.first_paragraph)
    slug = slug_of(str(source.metadata.get("slug") or title))
    return PageText(source, title, shorten(description, DESCRIPTION_CHARS), slug, article)


def page_measures(page: PageText, about: About) -> tuple[Measure, ...]:
    """Count what there is of the page's parts."""
    pictures, most = len(page.source.pictures), about.limits.images_max
    described = len(page.description)
    return (
        Measure("title", "Title", f"{len(page.title)} characters", NO_LIMIT),
        Measure("text", "Text", f"{len(page.article.text.split())} words", NO_LIMIT),
        Measure("description", "Description", f"{described} characters", f"{DESCRIPTION_CHARS} characters"),
        Measure("pictures", "Pictures", str(pictures), str(most), over_by=max(0, pictures - most)),
    )


def page_objections(page: PageText, about: About) -> Iterator[Objection]:
    """Say what keeps the page from being published."""
    source, limits = page.source, about.limits
    if not page.title:
        yield Objection("title", f"{about.label} needs a title. Add one.")
    if not page.article.text.strip():
        yield Objection("body", "There is no text. Write some.")
    if source.link and not is_web_address(source.link):
        yield Objection("link", "The link isn't a complete address. Begin it with https://")
    for address in page.article.linked_images:
        yield Objection("body", f"The text shows an image from {address}. Upload it and attach it instead.")
    if (over_by := len(source.pictures) - limits.images_max) > 0:
        yield Objection("media", f"{over_by} pictures too many: take at most {limits.images_max}.")
    for place, picture in enumerate(source.pictures, 1):
        if picture.media_type not in limits.image_types:
            yield Objection("media", f"Picture {place} is {picture.media_type}. Use JPEG, PNG, WebP or GIF.")


def page_notes(page: PageText) -> Iterator[str]:
    """Tell what was cut."""
    given = str(page.source.metadata.get("description") or "")
    if page.description.endswith("…") and not given.endswith("…"):
        yield f"The description is cut to {DESCRIPTION_CHARS} characters; set one to choose the words."
