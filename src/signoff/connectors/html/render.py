"""The page that is exported. Everything in it is sealed; only the date of publishing is put in later.

`page` in the payload is the file, cut where that date belongs: `date.join(page)` gives its text.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urljoin

from signoff.connectors.articles import Question, is_web_address
from signoff.connectors.content import Json, Picture, Rendered, Source
from signoff.connectors.html.about import ABOUT
from signoff.connectors.html.linked_data import (
    QUESTIONS_NEEDED,
    PageFacts,
    business_node,
    event_node,
    page_node,
    script_of,
)
from signoff.connectors.html.occasion import Occasion, occasion_html, occasion_of
from signoff.connectors.html.profile import Profile, profile_html, profile_of
from signoff.connectors.pages import (
    ENDINGS,
    PageText,
    page_measures,
    page_notes,
    page_objections,
    read_page,
)

PLACEHOLDER: Final = "signoff-picture:"
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_STYLE: Final = (
    "body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:1.0625rem/1.6 system-ui,sans-serif;color:#222;"
    "background:#fff}h1{line-height:1.2}img{max-width:100%;height:auto}figure{margin:1.5rem 0}"
    "pre{overflow:auto}table{border-collapse:collapse}th,td{border:1px solid #bbb;padding:.3rem .6rem}"
    "footer{margin-top:3rem;border-top:1px solid #bbb;padding-top:1rem}address{font-style:normal}"
    "a{color:#0b57a4}"
)
# The page needs nothing but its pictures and its own style; whatever else got into it stays without effect.
_POLICY: Final = (
    "default-src 'none'; img-src *; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class Page:
    """What goes into the page, read once from the source."""

    text: PageText
    profile: Profile
    occasion: Occasion | None
    facts: PageFacts
    date_mark: str
    """Stands where the date of publishing will be; made from the text, so that no text can hold it."""

    @property
    def pictures(self) -> tuple[Picture, ...]:
        return self.text.source.pictures


def render(source: Source) -> Rendered:
    """Make the page with its title, description, Open Graph, JSON-LD and pictures."""
    page = _read(source)
    main = _main(page)
    payload: dict[str, Json] = {
        "title": page.text.title,
        "text": main,
        "description": page.text.description,
        "slug_base": page.text.slug_base,
        "time_zone": source.business.time_zone,
        "pictures": [
            {"digest": picture.digest, "alt": picture.alt, "name": _file_name(place, picture)}
            for place, picture in enumerate(source.pictures, 1)
        ],
        "page": _document(page, main).split(page.date_mark),
    }
    return Rendered(
        payload,
        measures=page_measures(page.text, ABOUT),
        objections=tuple(page_objections(page.text, ABOUT)),
        notes=(*page_notes(page.text), *_notes(page)),
    )


def _read(source: Source) -> Page:
    text = read_page(source)
    profile = profile_of(source.business)
    url = _address(text, profile)
    first = source.pictures[0] if source.pictures else None
    facts = PageFacts(
        headline=text.title,
        description=text.description,
        url=url,
        image=urljoin(url, _file_name(1, first)) if url and first else "",
        language=_language(source),
    )
    digest = hashlib.sha256(repr((text.title, source.body, source.business)).encode()).hexdigest()
    return Page(text, profile, occasion_of(source), facts, f"date-{digest}")


def _address(text: PageText, profile: Profile) -> str:
    """Give the address that the page will have: the one the author names, else one on the brand's site."""
    named = str(text.source.metadata.get("canonical_url") or "").strip()
    if is_web_address(named):
        return named
    return f"{profile.website}/{text.slug_base}/" if profile.website else ""


def _language(source: Source) -> str:
    named = str(source.metadata.get("language") or source.business.facts.get("language") or "")
    return named if _LANGUAGE.fullmatch(named) else "en"


def _main(page: Page) -> str:
    figures = [_figure(picture) for picture in page.pictures]
    happening = occasion_html(page.occasion) if page.occasion else ""
    parts = (*figures[:1], happening, page.text.article.html, page.text.link_html(), *figures[1:])
    return "\n".join(part for part in parts if part)


def _figure(picture: Picture) -> str:
    return (
        f'<figure><img src="{PLACEHOLDER}{picture.digest}" alt="{html.escape(picture.alt)}" '
        f'width="{picture.width}" height="{picture.height}"></figure>'
    )


def _document(page: Page, main: str) -> str:
    for place, picture in enumerate(page.pictures, 1):
        main = main.replace(f"{PLACEHOLDER}{picture.digest}", _file_name(place, picture))
    title, mark = html.escape(page.text.title), page.date_mark
    head = "\n".join(_head(page))
    return f"""<!doctype html>
<html lang="{page.facts.language}">
<head>
<meta charset="utf-8">
{head}
</head>
<body>
<main>
<h1>{title}</h1>
<p><time datetime="{mark}">{mark}</time></p>
{main}
</main>
{profile_html(page.profile)}
</body>
</html>
"""


def _head(page: Page) -> Iterator[str]:
    facts, name = page.facts, page.profile.name
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield f"<title>{html.escape(page.text.title)}</title>"
    yield _meta("name", "description", facts.description)
    if facts.url:
        yield f'<link rel="canonical" href="{html.escape(facts.url)}">'
    properties = {
        "og:type": "article",
        "og:title": facts.headline,
        "og:description": facts.description,
        "og:site_name": name,
        "og:url": facts.url,
        "og:image": facts.image,
        "og:image:alt": page.pictures[0].alt if facts.image else "",
    }
    yield from (_meta("property", key, value) for key, value in properties.items() if value)
    yield f"<style>{_STYLE}</style>"
    yield script_of(list(_graph(page)))


def _graph(page: Page) -> Iterator[dict[str, Json]]:
    yield business_node(page.profile)
    yield page_node(_kind(page), page.facts, page.profile, page.date_mark, _questions(page))
    if page.occasion:
        yield event_node(page.occasion, page.facts, page.profile)


def _kind(page: Page) -> str:
    if page.text.source.content_type in {"feed_post", "blog_post"}:
        return "Article"
    return "FAQPage" if _questions(page) else "WebPage"


def _questions(page: Page) -> tuple[Question, ...]:
    found = page.text.article.questions
    is_faq = page.text.source.content_type == "faq_page" and len(found) >= QUESTIONS_NEEDED
    return found if is_faq else ()


def _notes(page: Page) -> Iterator[str]:
    kind = page.text.source.content_type
    if page.facts.url:
        yield f"The page names {page.facts.url} as its address. If it will be elsewhere, set canonical_url."
    else:
        yield "The brand has no web site, so the page names no address and no picture for previews."
    if kind == "faq_page" and not _questions(page):
        yield "Fewer than two questions with answers stand in the text, so it isn't marked as a FAQ page."
    if kind == "faq_page" and _questions(page):
        yield "Marked as a FAQ page: search engines read it, but Google shows no rich result for it any more."
    if kind == "occasion_page" and not page.occasion:
        yield "Not marked as an event: that needs a start time with its offset, and a place, under “event”."


def _meta(attribute: str, name: str, content: str) -> str:
    return f'<meta {attribute}="{name}" content="{html.escape(content)}">'


def _file_name(place: int, picture: Picture) -> str:
    return f"{place}-{picture.digest[:12]}.{ENDINGS.get(picture.media_type, 'bin')}"
