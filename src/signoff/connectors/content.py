"""What connectors give a form to, and what comes out: the variant that is reviewed and sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Json: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture as approved. `digest` is the SHA-256 of the stored bytes, in hex."""

    digest: str
    media_type: str
    width: int
    height: int
    size_bytes: int
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Business:
    """What rendering may say about the brand; only facts that the brand's profile holds."""

    name: str
    time_zone: str
    website: str = ""
    category: str = ""
    telephone: str = ""
    address: Mapping[str, str] = field(default_factory=dict)
    hours: tuple[Mapping[str, str], ...] = ()
    facts: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """What the author wrote for one channel, before that channel's form is given to it.

    `body` is Markdown for pages and articles; social channels send it exactly as written.
    """

    content_type: str
    title: str
    body: str
    link: str
    pictures: tuple[Picture, ...]
    business: Business
    metadata: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Measure:
    """One live limit: what there is, what is allowed. `over_by` is what must go (0: fine)."""

    name: str
    label: str
    value: str
    limit: str
    over_by: int = 0


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a variant can't be submitted; `message` says by how much and what to do."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """Exactly what would be sent. `payload` is sealed; `notes` tell what was cut."""

    payload: Mapping[str, Json]
    """JSON with at least `text`; strings, integers, booleans, lists, objects only."""
    measures: tuple[Measure, ...] = ()
    objections: tuple[Objection, ...] = ()
    notes: tuple[str, ...] = ()
