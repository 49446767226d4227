"""A happening that a page announces: only one with a start time and a place is called an event."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from signoff.connectors.content import Json, Source


@dataclass(frozen=True, slots=True)
class Occasion:
    """From the post's metadata: `event: {starts_at, place, ends_at?, address?, name?}`, times with offset."""

    starts_at: datetime
    place: str
    ends_at: datetime | None = None
    address: str = ""
    name: str = ""


def occasion_of(source: Source) -> Occasion | None:
    """Read the happening; None where time or place is missing: an offer or a season is no event."""
    raw = source.metadata.get("event")
    if source.content_type != "occasion_page" or not isinstance(raw, Mapping):
        return None
    starts_at, place = _moment(raw.get("starts_at")), _text(raw.get("place"))
    if starts_at is None or not place:
        return None
    ends_at = _moment(raw.get("ends_at"))
    if ends_at is not None and ends_at < starts_at:
        ends_at = None
    return Occasion(starts_at, place, ends_at, _text(raw.get("address")), _text(raw.get("name")))


def occasion_html(occasion: Occasion) -> str:
    """Show time and place to readers."""
    times = [occasion.starts_at, *([occasion.ends_at] if occasion.ends_at else [])]
    shown = " - ".join(f'<time datetime="{at.isoformat()}">{at:%Y-%m-%d %H:%M}</time>' for at in times)
    where = ", ".join(filter(None, (occasion.place, occasion.address)))
    what = f"{html.escape(occasion.name)}: " if occasion.name else ""
    return f'<p class="event">{what}{shown}, {html.escape(where)}</p>'


def _moment(value: Json) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _text(value: Json) -> str:
    return " ".join(str(value or "").split())
