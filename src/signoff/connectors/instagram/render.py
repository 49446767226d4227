"""What the author wrote, as an Instagram caption with its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from signoff.connectors.content import Measure, Objection, Picture, Rendered, Source
from signoff.connectors.graph import pictures
from signoff.connectors.graph.text import (
    as_sent,
    count_chars,
    count_hashtags,
    count_mentions,
    measure,
    too_much,
)
from signoff.connectors.instagram.about import ABOUT, LIMITS

_CAROUSEL_LEAST: Final = 2
_SAME_SHAPE: Final = 0.01


def render(source: Source) -> Rendered:
    """Give the caption exactly as it is sent, the pictures in order, and everything that is over a limit."""
    text = as_sent(source.body)
    counts = tuple(_counts(text))
    return Rendered(
        payload={
            "text": text,
            "pictures": [{"digest": picture.digest, "alt": picture.alt} for picture in source.pictures],
        },
        measures=(*counts, pictures.measure_count(source.pictures, LIMITS)),
        objections=(*_objections(source, counts), *pictures.objections(source.pictures, LIMITS, ABOUT.label)),
        notes=tuple(_notes(source, text)),
    )


def _counts(text: str) -> Iterator[Measure]:
    for name, label, amount, limit in (
        ("text", "Characters", count_chars(text), LIMITS.text_chars),
        ("hashtags", "Hashtags", count_hashtags(text), LIMITS.hashtags),
        ("mentions", "Mentions", count_mentions(text), LIMITS.mentions),
    ):
        if limit is not None:
            yield measure(name, label, amount, limit)


def _objections(source: Source, counts: tuple[Measure, ...]) -> Iterator[Objection]:
    if source.content_type not in ABOUT.content_types:
        kind = source.content_type.replace("_", " ")
        yield Objection("content_type", f"Instagram takes feed posts and carousels from here, not a {kind}.")
    if source.content_type == "carousel" and len(source.pictures) == 1:
        yield Objection("media", f"A carousel needs at least {_CAROUSEL_LEAST} pictures. Attach 1 more.")
    for one in counts:
        if one.over_by:
            what = {"text": "The caption is too long"}.get(one.name, f"{one.label} in the caption")
            yield too_much("body", what, one, "Shorten it." if one.name == "text" else "Remove some.")


def _notes(source: Source, text: str) -> Iterator[str]:
    if source.link and source.link not in text:
        yield "The link isn't sent: Instagram shows no links below a post."
    if others := _other_shapes(source.pictures):
        which = "Picture" if len(others) == 1 else "Pictures"
        places = ", ".join(map(str, others))
        yield f"{which} {places}: Instagram crops every picture of a carousel to the shape of the first."


def _other_shapes(shown: tuple[Picture, ...]) -> list[int]:
    ratios = [picture.width / picture.height for picture in shown]
    return [place for place, ratio in enumerate(ratios, 1) if abs(ratio - ratios[0]) > _SAME_SHAPE]
