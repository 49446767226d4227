"""The form of a template: what stands in it, and what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import FormData

from signoff.kernel.ids import BrandId
from signoff.kernel.people import Actor
from signoff.organizations.channels import list_channels, platforms
from signoff.records.library.models import PostTemplate
from signoff.records.states import ContentType
from signoff.runtime import Runtime
from signoff.web.forms import text, texts

OWN_BODY: Final = "own_body_"

_TEXTS: Final = ("name", "content_type", "title", "body", "link", "tags", "image_prompt", "image_ratio")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a post made from it can go: a channel of the brand, or a platform in one for every brand."""

    key: str
    platform: str
    name: str


@dataclass(frozen=True, slots=True)
class TemplateForm:
    """What stands in the fields, valid or not: it is shown again exactly as it was typed."""

    brand_id: BrandId | None
    texts: Mapping[str, str]
    channels: frozenset[str] = frozenset()
    own_bodies: Mapping[str, str] = field(default_factory=dict)

    def changes(self, stored: PostTemplate | None = None) -> dict[str, Any]:
        """Give the fields of a template; what a channel has for itself besides its text stays as stored."""
        overrides = {key: dict(own) for key, own in (stored.overrides if stored else {}).items()}
        for key, body in self.own_bodies.items():
            overrides.setdefault(key, {})["body"] = body
        return {
            **self.texts,
            "tags": self.texts["tags"].split(","),
            "channels": sorted(self.channels),
            "overrides": {key: own for key, own in overrides.items() if any(own.values())},
        }


def blank_form(brand_id: BrandId | None) -> TemplateForm:
    """Begin a new template."""
    return TemplateForm(brand_id, dict.fromkeys(_TEXTS, "") | {"content_type": str(ContentType.FEED_POST)})


def form_of(template: PostTemplate) -> TemplateForm:
    """Fill the form with a stored template."""
    said = {name: str(getattr(template, name)) for name in _TEXTS if name != "tags"}
    return TemplateForm(
        template.brand_id,
        said | {"tags": ", ".join(template.tags)},
        frozenset(template.channels),
        {key: own["body"] for key, own in template.overrides.items() if own.get("body")},
    )


def read_form(form: FormData, brand_id: BrandId | None) -> TemplateForm:
    """Read what was sent."""
    own = {name.removeprefix(OWN_BODY): text(form, name) for name in form if name.startswith(OWN_BODY)}
    said = {name: text(form, name) for name in _TEXTS}
    return TemplateForm(brand_id, said, frozenset(texts(form, "channel")), own)


async def targets_of(runtime: Runtime, actor: Actor, brand_id: BrandId | None) -> Sequence[Target]:
    """Give where posts of the brand, or of every brand, can go."""
    if brand_id is None:
        return [Target(each.platform, each.platform, each.label) for each in platforms(runtime)]
    channels = await list_channels(runtime, actor, brand_id)
    return [Target(str(each.id), each.platform, each.name) for each in channels]
