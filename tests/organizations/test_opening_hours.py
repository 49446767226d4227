from __future__ import annotations

import pytest

from signoff.organizations.opening_hours import opening_hours


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Mo-Fr", "Mo,Tu,We,Th,Fr"),
        ("Su, Sa", "Sa,Su"),
        ("Sa-Mo", "Mo,Sa,Su"),
        ("we", "We"),
        ("Mo-Su,Tu", "Mo,Tu,We,Th,Fr,Sa,Su"),
    ],
)
def test_days_are_stored_one_by_one(written: str, stored: str) -> None:
    (entry,) = opening_hours([{"days": written, "opens": "09:00", "closes": "02:00"}])
    assert entry == {"days": stored, "opens": "09:00", "closes": "02:00"}


@pytest.mark.parametrize("days", ["", "Mo-", "Mo--Fr", "Monday", "Mo;Tu", "Mo,,Tu"])
def test_what_is_not_a_day_is_refused(days: str) -> None:
    with pytest.raises(ValueError, match="Days are written"):
        opening_hours([{"days": days, "opens": "09:00", "closes": "18:00"}])


def test_a_season_has_dates() -> None:
    (entry,) = opening_hours(
        [{"days": "Mo", "opens": "00:00", "closes": "00:00", "valid_from": "2026-12-24", "valid_through": ""}]
    )
    assert entry == {"days": "Mo", "opens": "00:00", "closes": "00:00", "valid_from": "2026-12-24"}
