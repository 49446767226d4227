"""What is configured is read as the documentation says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from signoff.settings import Settings


@pytest.fixture(autouse=True)
def development(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIGNOFF_ENVIRONMENT", "development")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("0", timedelta(0)),
        ("3600", timedelta(hours=1)),
        ("-90.5", timedelta(seconds=-90.5)),
        ("PT1H", timedelta(hours=1)),
    ],
)
def test_a_duration_is_seconds_or_iso_8601(
    monkeypatch: pytest.MonkeyPatch, said: str, meant: timedelta
) -> None:
    monkeypatch.setenv("SIGNOFF_CLOCK_OFFSET", said)
    assert Settings().clock_offset == meant


def test_a_duration_in_the_file_is_seconds(tmp_path: Path) -> None:
    (tmp_path / "signoff.toml").write_text("clock_offset = 90\npoll = '2'\n")
    assert (Settings().clock_offset, Settings().poll) == (timedelta(seconds=90), timedelta(seconds=2))


def test_what_is_no_duration_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNOFF_CLOCK_OFFSET", "an hour")
    with pytest.raises(ValidationError, match="clock_offset"):
        Settings()
