"""What a template's fields must look like. Each check gives the value as it is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from signoff.kernel.errors import Invalid
from signoff.organizations.brand_fields import website
from signoff.organizations.library.shelf import Check, checked_name, checked_text
from signoff.organizations.lines import one_line
from signoff.records.library.placeholders import check_placeholders
from signoff.records.states import ContentType

_TEXTS: Final = {
    "title": ("title", 500),
    "body": ("text", 100_000),
    "link": ("link", 2000),
    "image_prompt": ("idea for the picture", 5000),
    "image_ratio": ("shape of the picture", 20),
}
"""What each is called, and how long it may be."""
_TAGS: Final = 50
_TAG_CHARS: Final = 100
_CHANNELS: Final = 50


def _written(field: str) -> Check:
    def check(value: str) -> str:
        called, most = _TEXTS[field]
        text = checked_text(value, field, most, called=called)
        check_placeholders(text, field)
        return text

    return check


def _link(value: str) -> str:
    link = str(_written("link")(value)).strip()
    try:
        return link if "{" in link else website(link)  # with a placeholder it is checked once it is filled
    except ValueError as problem:
        raise Invalid(str(problem), field="link") from problem


def _content_type(value: str) -> ContentType:
    try:
        return ContentType(value)
    except ValueError as problem:
        raise Invalid("Choose what kind of post it is.", field="content_type") from problem


def _channels(value: Sequence[str]) -> list[str]:
    if len(value) > _CHANNELS:
        raise Invalid(f"At most {_CHANNELS} channels, not {len(value)}.", field="channels")
    return list(dict.fromkeys(value))


def _overrides(value: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    _channels(list(value))
    stored = {}
    for key, own in value.items():
        if unknown := sorted(set(own) - {"title", "body", "link"}):
            raise Invalid(
                f"A channel has a title, body and link of its own; not {unknown[0]}.", field="overrides"
            )
        said = {name: CHECKS[name](text) for name, text in own.items()}
        if kept := {name: text for name, text in said.items() if text}:
            stored[key] = kept
    return stored


def _tags(value: Sequence[str]) -> list[str]:
    tags = list(dict.fromkeys(filter(None, map(one_line, value))))
    if len(tags) > _TAGS or any(len(tag) > _TAG_CHARS for tag in tags):
        raise Invalid(f"At most {_TAGS} tags of at most {_TAG_CHARS} characters.", field="tags")
    return tags


CHECKS: Final[Mapping[str, Check]] = {
    "name": checked_name,
    "content_type": _content_type,
    "title": _written("title"),
    "body": _written("body"),
    "link": _link,
    "channels": _channels,
    "overrides": _overrides,
    "tags": _tags,
    "image_prompt": _written("image_prompt"),
    "image_ratio": _written("image_ratio"),
}
