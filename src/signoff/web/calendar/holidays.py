"""Public holidays of the country that a time zone belongs to, so that nobody plans past them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Final

import holidays

_LONGEST_NAME: Final = 60


def holidays_of(zone_name: str, first: date, end: date) -> Mapping[date, str]:
    """Name the public holidays from `first` until before `end`; none where the zone is no country's own."""
    country = _countries().get(zone_name, "")
    if not country:
        return {}
    known = _of_country(country, first.year, end.year)
    return {day: name for day, name in known.items() if first <= day < end}


@lru_cache(maxsize=256)
def _of_country(country: str, first_year: int, last_year: int) -> Mapping[date, str]:
    try:
        found = holidays.country_holidays(country, years=range(first_year, last_year + 1))
    except NotImplementedError:  # the library doesn't know that country
        return {}
    return {day: name[:_LONGEST_NAME] for day, name in found.items()}


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    """Read which country each zone belongs to: the time zone database says it, first the main one."""
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {row[2]: row[0] for row in rows}
