"""The page once more for machines: JSON-LD of schema.org, with nothing that readers don't see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from signoff.connectors.articles import Question
from signoff.connectors.content import Json
from signoff.connectors.html.business_types import SERVE_FOOD
from signoff.connectors.html.occasion import Occasion
from signoff.connectors.html.profile import Hours, Profile

QUESTIONS_NEEDED: Final = 2
# What could end the script element, or a line in it (U+2028/9), written so that JSON reads the same.
_ESCAPES: Final = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What is said about the page in its head, too. Empty values are unknown."""

    headline: str
    description: str
    url: str
    image: str
    language: str


def script_of(graph: list[Json]) -> str:
    """Give the script element; it holds data only and can't be broken out of."""
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
    return f'<script type="application/ld+json">{text.translate(_ESCAPES)}</script>'


def business_node(profile: Profile) -> dict[str, Json]:
    """Describe the business; without an address it is only an organization."""
    node: dict[str, Json] = {
        "@type": profile.type if profile.has_place else "Organization",
        "@id": profile.id,
        "name": profile.name,
        "url": f"{profile.website}/" if profile.website else "",
        "telephone": profile.telephone,
        "address": {"@type": "PostalAddress", **profile.address} if profile.address else None,
    }
    if profile.has_place:
        node["openingHoursSpecification"] = [_hours_node(hours) for hours in profile.hours]
        node["priceRange"] = profile.price_range
        node["servesCuisine"] = profile.cuisine if profile.type in SERVE_FOOD else ""
    return _filled(node)


def page_node(
    kind: str, facts: PageFacts, profile: Profile, published_on: str, questions: tuple[Question, ...]
) -> dict[str, Json]:
    """Describe the page itself, with the questions that stand in its text."""
    is_article = kind == "Article"
    return _filled(
        {
            "@type": kind,
            "headline" if is_article else "name": facts.headline,
            "description": facts.description,
            "url": facts.url,
            "image": facts.image,
            "inLanguage": facts.language,
            "datePublished": published_on,
            "dateModified": published_on,
            "publisher": {"@id": profile.id},
            "author": {"@id": profile.id} if is_article else None,
            "mainEntity": [_question_node(question) for question in questions],
        }
    )


def _question_node(question: Question) -> dict[str, Json]:
    answer = {"@type": "Answer", "text": question.answer}
    return {"@type": "Question", "name": question.question, "acceptedAnswer": answer}


def event_node(occasion: Occasion, facts: PageFacts, profile: Profile) -> dict[str, Json]:
    """Describe a happening with its time and place."""
    return _filled(
        {
            "@type": "Event",
            "name": occasion.name or facts.headline,
            "startDate": occasion.starts_at.isoformat(),
            "endDate": occasion.ends_at.isoformat() if occasion.ends_at else "",
            "eventStatus": "https://schema.org/EventScheduled",
            "location": {
                "@type": "Place",
                "name": occasion.place,
                "address": occasion.address or occasion.place,
            },
            "description": facts.description,
            "image": facts.image,
            "organizer": {"@id": profile.id},
        }
    )


def _hours_node(hours: Hours) -> dict[str, Json]:
    return _filled(
        {
            "@type": "OpeningHoursSpecification",
            "dayOfWeek": list(hours.days),
            "opens": hours.opens,
            "closes": hours.closes,
            "validFrom": hours.valid_from,
            "validThrough": hours.valid_through,
        }
    )


def _filled(node: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in node.items() if value not in ("", None, [], {})}
