"""What a brand's fields must look like. Each check gives the value as it is stored."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from signoff.kernel.errors import Invalid
from signoff.kernel.local_time import zone_names
from signoff.organizations.lines import one_line
from signoff.organizations.opening_hours import opening_hours
from signoff.records.states import LatePolicy

ADDRESS_KEYS: Final = ("street", "city", "postal_code", "region", "country")

_NAME_CHARS: Final = 120
_TEXT_CHARS: Final = 200
_URL_CHARS: Final = 2000
_FACTS_CHARS: Final = 100_000
_LONGEST_LATE_S: Final = 7 * 24 * 3600

_CATEGORY: Final = re.compile(r"(?:[A-Z][A-Za-z]{1,60})?")
_TELEPHONE: Final = re.compile(r"(?:\+?[\d ()./-]{3,40})?")
_COLOR: Final = re.compile(r"(?:#[0-9a-f]{6})?")


def checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the fields as they are stored.

    Raises:
        Invalid: `errors` names every field that is wrong, with what it must be.
    """
    stored: dict[str, Any] = {}
    errors: list[dict[str, str]] = []
    for name, value in values.items():
        try:
            stored[name] = CHECKS[name](value)
        except ValueError as trouble:
            errors.append({"field": name, "message": str(trouble)})
    if errors:
        raise Invalid(" ".join(error["message"] for error in errors), errors=errors)
    return stored


def _name(value: str) -> str:
    value = one_line(value)
    if not 0 < len(value) <= _NAME_CHARS:
        raise ValueError(f"A brand needs a name of at most {_NAME_CHARS} characters.")
    return value


def _time_zone(value: str) -> str:
    if value not in zone_names():
        raise ValueError("The time zone must be one of the IANA names, such as Europe/Madrid.")
    return value


def website(value: str) -> str:
    """Accept an absolute http or https address, or nothing.

    Raises:
        ValueError: With what is wrong, for people.
    """
    value = value.strip()
    try:
        parts = urlsplit(value)
        is_address = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if value and (not is_address or len(value) > _URL_CHARS or not value.isprintable() or " " in value):
        raise ValueError("A web address begins with https:// or http://, such as https://example.com.")
    return value


def _pattern(pattern: re.Pattern[str], trouble: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if not pattern.fullmatch(value.strip()):
            raise ValueError(trouble)
        return value.strip()

    return check


def _color(value: str) -> str:
    if not _COLOR.fullmatch(value.strip().lower()):
        raise ValueError("The colour is written as #rrggbb.")
    return value.strip().lower()


def _address(value: Mapping[str, Any]) -> dict[str, str]:
    if unknown := sorted(set(value) - set(ADDRESS_KEYS)):
        raise ValueError(f"An address has {', '.join(ADDRESS_KEYS)}; not {', '.join(unknown)}.")
    if any(not isinstance(part, str) or len(part) > _TEXT_CHARS for part in value.values()):
        raise ValueError(f"Each part of an address is a text of at most {_TEXT_CHARS} characters.")
    return {key: text for key in ADDRESS_KEYS if (text := one_line(value.get(key, "")))}


def _facts(value: Mapping[str, Any]) -> dict[str, Any]:
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        text = ""
    # PostgreSQL's jsonb takes no NUL.
    if not text or len(text) > _FACTS_CHARS or "\\u0000" in text:
        raise ValueError(f"Facts are JSON of at most {_FACTS_CHARS} characters.")
    return dict(value)


def _late_window(value: int) -> int:
    if not 0 < value <= _LONGEST_LATE_S:
        raise ValueError("The late window is between a second and a week, in seconds.")
    return value


def _late_policy(value: str) -> LatePolicy:
    if value not in set(LatePolicy):
        raise ValueError(
            "What is too late is held (ask), sent one after the other (spread), or sent (publish)."
        )
    return LatePolicy(value)


CHECKS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "name": _name,
    "time_zone": _time_zone,
    "website": website,
    "category": _pattern(_CATEGORY, "The category is a schema.org type, such as Bakery or Dentist."),
    "telephone": _pattern(_TELEPHONE, "A telephone number has digits, such as +34 911 234 567."),
    "address": _address,
    "hours": opening_hours,
    "facts": _facts,
    "color": _color,
    "late_window_s": _late_window,
    "late_policy": _late_policy,
}
