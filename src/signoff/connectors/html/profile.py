"""What a page says about the business: for readers and, from the same values, for machines.

Only what the brand's profile holds is used, and nothing is given to machines that readers don't see.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from signoff.connectors.articles import is_web_address
from signoff.connectors.content import Business, Json
from signoff.connectors.html.business_types import LOCAL_BUSINESSES
from signoff.kernel.weekdays import WEEKDAY_NAMES

_ADDRESS: Final = {
    "streetAddress": ("streetAddress", "street", "street_address"),
    "postalCode": ("postalCode", "postal_code", "zip"),
    "addressLocality": ("addressLocality", "city", "locality"),
    "addressRegion": ("addressRegion", "region", "state"),
    "addressCountry": ("addressCountry", "country"),
}
"""schema.org's names, and those under which a profile may hold them."""

_TIME: Final = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_PRICE_RANGE_CHARS: Final = 99


@dataclass(frozen=True, slots=True)
class Hours:
    """When the business is open. Both times 00:00 means closed; closing before opening, past midnight."""

    days: tuple[str, ...]
    opens: str
    closes: str
    valid_from: str = ""
    valid_through: str = ""

    @property
    def is_closed(self) -> bool:
        return self.opens == self.closes == "00:00"


@dataclass(frozen=True, slots=True)
class Profile:
    """The business in schema.org's terms; empty values are unknown."""

    name: str
    type: str
    website: str
    telephone: str
    address: Mapping[str, str]
    hours: tuple[Hours, ...]
    price_range: str
    cuisine: str

    @property
    def has_place(self) -> bool:
        """Search engines demand an address for a local business; street and town make one."""
        return bool(self.address.get("streetAddress") and self.address.get("addressLocality"))

    @property
    def id(self) -> str:
        return f"{self.website}/#business" if self.website else "#business"


def profile_of(business: Business) -> Profile:
    """Take what is complete and well-formed from the brand's profile."""
    website = business.website.strip().rstrip("/")
    return Profile(
        name=_text(business.name),
        type=_type_of(business.category),
        website=website if is_web_address(website) else "",
        telephone=_text(business.telephone),
        address={name: text for name, keys in _ADDRESS.items() if (text := _first(business.address, keys))},
        hours=tuple(_hours(business.hours)),
        price_range=_text(business.facts.get("price_range"))[:_PRICE_RANGE_CHARS],
        cuisine=_text(business.facts.get("serves_cuisine")),
    )


def profile_html(profile: Profile) -> str:
    """Show the business at the foot of a page."""
    name = html.escape(profile.name)
    if profile.website:
        name = f'<a href="{html.escape(profile.website)}/">{name}</a>'
    lines = [f"<strong>{name}</strong>", *(html.escape(line) for line in _lines(profile))]
    if profile.telephone:
        dialled = re.sub(r"[^\d+]", "", profile.telephone)
        lines.append(f'<a href="tel:{dialled}">{html.escape(profile.telephone)}</a>')
    return f"<footer><address>{'<br>'.join(lines)}</address></footer>"


def _lines(profile: Profile) -> Iterator[str]:
    address = profile.address
    town = " ".join(filter(None, (address.get("postalCode"), address.get("addressLocality"))))
    parts = (address.get("streetAddress"), town, address.get("addressRegion"), address.get("addressCountry"))
    if line := ", ".join(filter(None, parts)):
        yield line
    for hours in profile.hours:
        when = "closed" if hours.is_closed else f"{hours.opens}-{hours.closes}"
        season = "-".join(filter(None, (hours.valid_from, hours.valid_through)))
        yield f"{', '.join(hours.days)}: {when}" + (f" ({season})" if season else "")
    yield from filter(None, (profile.cuisine, profile.price_range))


def _hours(entries: tuple[Mapping[str, Json], ...]) -> Iterator[Hours]:
    for entry in entries:
        named = entry.get("days") or entry.get("day") or entry.get("dayOfWeek") or ()
        words = re.split(r"[,\s]+", named) if isinstance(named, str) else [str(word) for word in named]
        days = tuple(day for day in WEEKDAY_NAMES if any(_is_day(word, day) for word in words))
        opens, closes = str(entry.get("opens", "")), str(entry.get("closes", ""))
        if days and _TIME.fullmatch(opens) and _TIME.fullmatch(closes):
            yield Hours(days, opens, closes, _date(entry, "valid_from"), _date(entry, "valid_through"))


def _is_day(word: str, day: str) -> bool:
    return len(word) > 1 and day.lower().startswith(word.lower())


def _date(entry: Mapping[str, Json], name: str) -> str:
    text = str(entry.get(name) or "")
    return text if _DATE.fullmatch(text) else ""


def _first(values: Mapping[str, Json], keys: tuple[str, ...]) -> str:
    return next((text for key in keys if (text := _text(values.get(key)))), "")


def _text(value: Json) -> str:
    return " ".join(str(value or "").split())


def _type_of(category: str) -> str:
    """Give the schema.org type; what isn't one of its local businesses is called just that."""
    name = "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z]+", category))
    return name if name in LOCAL_BUSINESSES else "LocalBusiness"
