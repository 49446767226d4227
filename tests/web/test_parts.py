"""The small parts of the pages that need no server."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from signoff.web import times
from signoff.web.assets import load_assets
from signoff.web.browsers import browser_of
from signoff.web.diff import count_words, diff_words
from signoff.web.due import DueForm
from signoff.web.marks import initials
from signoff.web.rosette import rosette
from signoff.web.timetable import timetable
from signoff.web.visit import local_path
from signoff.web.words import briefly

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def _said(old: str, new: str) -> str:
    marks = {"same": "{}", "added": "+{}+", "removed": "-{}-"}
    return "".join(marks[piece.kind].format(piece.text) for piece in diff_words(old, new))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("Bread at eight.", "Bread at nine.", "Bread at -eight-+nine+."),
        ("one two three", "one three", "one -two -three"),
        ("the old big oven", "the new small oven", "the -old big-+new small+ oven"),
        ("", "all new", "+all new+"),
        ("same", "same", "same"),
        ("a\nb", "a\nb\nc", "a\nb+\nc+"),
    ],
)
def test_a_comparison_shows_the_words_that_changed(old: str, new: str, said: str) -> None:
    assert _said(old, new) == said


def test_a_comparison_counts_words() -> None:
    pieces = diff_words("Bring a bag.", "Bring two large bags.")
    assert (count_words(pieces, "added"), count_words(pieces, "removed")) == (3, 2)


def test_a_long_text_is_compared_quickly() -> None:
    line = "A sentence about bread that is repeated.\n"
    pieces = diff_words(line * 2000, line * 1999 + "The end.\n")
    assert pieces[-1].text == "The end.\n"


def test_one_other_letter_gives_another_picture() -> None:
    one, other = (hashlib.sha256(text).hexdigest() for text in (b"bread", b"Bread"))
    assert rosette(one) != rosette(other)
    assert rosette(one) == rosette(one)
    assert re.fullmatch(r"(M[\d. L-]+Z)+", rosette(one))


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(seconds=4), "4 s"),
        (timedelta(minutes=4, seconds=10), "4 min 10 s"),
        (timedelta(minutes=42, seconds=3), "42 min"),
        (timedelta(hours=3, minutes=18), "3 h 18 min"),
        (timedelta(days=1, minutes=20), "1 day"),
        (timedelta(hours=30), "1 day 6 h"),
        (timedelta(hours=47, minutes=6), "1 day 23 h"),
        (timedelta(days=6, hours=3), "6 days"),
    ],
)
def test_a_duration_is_said_in_at_most_two_units(length: timedelta, said: str) -> None:
    assert times.duration(length) == said


def test_how_far_away_a_moment_is() -> None:
    assert times.distance(NOON + timedelta(minutes=3), NOON) == "in 3 min"
    assert times.distance(NOON - timedelta(hours=2), NOON) == "2 h ago"
    assert times.distance(NOON - timedelta(seconds=7), NOON) == "7 s ago"
    assert times.distance(NOON, NOON) == "now"


def test_the_farther_away_a_moment_is_the_rougher_it_is_said() -> None:
    assert times.distance(NOON - timedelta(minutes=2, seconds=3), NOON) == "2 min ago"
    assert times.distance(NOON + timedelta(hours=3, minutes=18), NOON) == "in 3 h 18 min"
    assert times.distance(NOON + timedelta(hours=15, minutes=12), NOON) == "in 15 h"
    assert times.distance(NOON + timedelta(hours=28, minutes=12), NOON) == "in 1 day 4 h"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/130.0 Safari/537.36",
            "Chrome on Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130 Safari/537.36 Edg/130",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (Android 15; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0", "Firefox on Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "Unknown"),
    ],
)
def test_a_browser_is_called_what_people_call_it(told: str, said: str) -> None:
    assert browser_of(told) == said


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ("* * * * * */10", "every 10 seconds"),
        ("* * * * *", "every minute"),
        ("*/5 * * * *", "every 5 minutes"),
        ("7 * * * *", "every hour, 37 minutes past"),
        ("4,34 * * * *", "every hour, 4 and 34 minutes past"),
        ("17 3 * * *", "daily at 08:47"),
        ("0 4 * * 1", "0 4 * * 1 UTC"),
    ],
)
def test_the_times_of_a_job_are_said_in_words_and_in_the_viewers_zone(times: str, said: str) -> None:
    now = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)
    assert timetable(times, "Asia/Kolkata", now) == said


def test_a_trace_is_left_out_of_an_error_and_the_platforms_words_stay() -> None:
    told = "It couldn't be read. The platform's words: “(#9) Gone (twice)” (1609005, trace AWZ_fq)."
    assert briefly(told) == "It couldn't be read. The platform's words: “(#9) Gone (twice)”."
    assert briefly("The board is full (again).") == "The board is full (again)."


def test_the_day_on_which_clocks_are_changed_next() -> None:
    assert times.next_change("Europe/Madrid", NOON) == date(2027, 3, 28)
    assert times.next_change("Australia/Hobart", NOON) == date(2027, 4, 4)
    assert times.next_change("UTC", NOON) is None


def test_days_are_those_of_the_zone() -> None:
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    assert times.day_and_time(late, "Europe/London", NOON) == "today 23:30"
    assert times.day_and_time(late, "Europe/Madrid", NOON) == "tomorrow 00:30"
    assert times.day_and_time(datetime(2027, 3, 1, 8, tzinfo=UTC), "UTC", NOON) == "Mon 1 Mar 2027, 08:00"


def test_a_zone_that_nobody_knows_is_shown_in_utc() -> None:
    assert times.clock(NOON, "Mars/Olympus") == "12:00"


def test_a_local_time_of_a_brand_goes_into_a_field_and_back() -> None:
    text = times.local_input(NOON, "America/New_York")
    assert text == "2026-11-21T07:00"
    assert times.from_local_input(text, "America/New_York") == NOON
    assert times.from_local_input(" ", "UTC") is None


def test_a_choice_counts_only_for_the_time_it_was_offered_for() -> None:
    meant = DueForm("at", "2027-10-31T02:30", "2027-10-31T02:30+01:00").schedule()
    other = DueForm("at", "2027-10-30T02:30", "2027-10-31T02:30+01:00").schedule()
    assert meant is not None
    assert meant.due_local == "2027-10-31T02:30+01:00"
    assert other is not None
    assert other.due_local == "2027-10-30T02:30"
    assert DueForm().schedule() is None


@pytest.mark.parametrize(
    ("name", "letters"), [("Mara Lindqvist", "ML"), ("Ana", "A"), ("Ana de la Torre", "AT"), ("  ", "?")]
)
def test_people_are_known_by_their_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    "address", ["https://evil.example", "//evil.example", "/\\evil.example", "\\\\x", "", "posts"]
)
def test_only_our_own_pages_are_led_to(address: str) -> None:
    assert local_path(address) == "/"
    assert local_path("/posts?state=draft") == "/posts?state=draft"


def test_what_our_styles_and_scripts_name_is_there() -> None:
    assets = load_assets()
    assert re.fullmatch(r"/static/[0-9a-f]{12}/signoff\.css", assets.address("signoff.css"))
    assert assets.address("js/toasts.js") in assets.scripts("js/main.js")
    assert assets.address("js/tabs.js") in assets.scripts("js/editor/main.js")
    assert assets.address("js/editor/crop.js") not in assets.scripts("js/main.js")
    assert assets.integrity("htmx.js").startswith("sha384-")


def test_without_the_files_of_other_projects_the_start_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make assets"):
        load_assets(tmp_path)
