"""What each error of the Graph API means, in every phase: Meta's tables, read back, and anything else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signoff.connectors.errors import Ambiguous, ConnectorError, Reconnect, Refused, Throttled, TryLater
from signoff.connectors.graph.errors import Circumstances, Gone, judge, read_error
from signoff.connectors.graph.rules import RULES, Kind, Phase, rule_for
from signoff.connectors.graph.usage import Usage

NOW: Final = datetime(2027, 1, 1, 12, tzinfo=UTC)

# What the tables of Meta and the field reports say, as (code, subcode): before the commit, at the commit.
CERTAIN: Final = {
    Throttled: [
        (4, 0),
        (9, 2207042),
        (17, 0),
        (32, 0),
        (341, 0),
        (613, 0),
        (368, 0),
        (368, 1390008),
        (80001, 0),
    ]
    + [(80002, 0), (80002, 2446079)]
    + [(code, 0) for code in (80000, 80003, 80004, 80005, 80006, 80008, 80009, 80014)],
    Reconnect: [(3, 0), (4, 2207051), (10, 0), (25, 2207050), (102, 0), (104, 0), (190, 0), (459, 0)]
    + [(190, subcode) for subcode in (458, 459, 460, 463, 464, 467, 490, 492)]
    + [(code, 0) for code in (200, 210, 230, 283, 299, 1404006, 1404078, 1404112, 4854002)],
    Refused: [(100, 0), (803, 0), (2500, 0), (2635, 0), (12, 0), (1609005, 0), (1609008, 0), (1346003, 0)]
    + [(1404102, 0), (1366046, 0), (100, 1366046), (1, 2207057), (352, 2207026), (36000, 2207004)]
    + [(36001, 2207005), (36003, 2207009), (36004, 2207010)]
    + [(100, subcode) for subcode in (2207023, 2207028, 2207035, 2207036, 2207037, 2207040, 2207081)],
}
PASSING: Final = [(1, 0), (1, 99), (2, 0), (1609010, 0), (-2, 2207003), (-2, 2207020), (-1, 2207001)] + [
    (-1, subcode) for subcode in (2207032, 2207053, 2207082)
]
IN_DOUBT_AT_THE_COMMIT: Final = [
    *PASSING,
    (24, 2207006),
    (24, 2207008),
    (20, 1772107),
    (506, 0),
    (1366051, 0),
    (9004, 2207052),
    (100, 33),
    (0, 0),
    (31337, 0),
    (31337, 42),
]


def seen(
    phase: Phase,
    *,
    status: int = 400,
    about_account: bool = False,
    usage: Usage | None = None,
    headers: Mapping[str, str] | None = None,
) -> Circumstances:
    return Circumstances(phase, about_account, status, headers or {}, usage or Usage(), NOW)


def error(phase: Phase, code: int, subcode: int = 0, **more: Any) -> ConnectorError:
    envelope = {"message": "Oh", "code": code, "error_subcode": subcode or None}
    return judge(read_error(envelope), seen(phase, **more))


@pytest.mark.parametrize("phase", list(Phase))
def test_refusals_that_say_why_are_certain_in_every_phase(phase: Phase) -> None:
    for expected, rows in CERTAIN.items():
        for code, subcode in rows:
            found = error(phase, code, subcode)
            assert type(found) is expected, (code, subcode)
            assert found.advice, (code, subcode)


def test_what_may_be_tried_again_before_the_commit_is_in_doubt_at_it() -> None:
    for code, subcode in PASSING:
        for phase in (Phase.READ, Phase.PREPARE, Phase.DELETE):
            assert type(error(phase, code, subcode)) is TryLater, (code, subcode)
    for code, subcode in IN_DOUBT_AT_THE_COMMIT:
        assert type(error(Phase.COMMIT, code, subcode)) is Ambiguous, (code, subcode)


def test_the_only_error_to_try_again_after_a_commit_is_an_upload_that_is_not_ready() -> None:
    certain = {key for key, rule in RULES.items() if rule.kinds[Phase.COMMIT] is Kind.RETRY}
    assert certain == {(9007, 2207027)}


def test_a_missing_object_is_the_account_or_something_on_it() -> None:
    for phase in Phase:
        assert type(error(phase, 100, 33, about_account=True)) is Reconnect
    for phase in (Phase.READ, Phase.PREPARE, Phase.DELETE):
        assert type(error(phase, 100, 33)) is Gone


def test_a_missing_upload_is_gone_on_a_read_and_needs_a_person_before_the_commit() -> None:
    assert type(error(Phase.READ, 24, 2207008)) is Gone
    assert type(error(Phase.PREPARE, 24, 2207006)) is Reconnect


def test_repetitions_are_refused_before_the_commit() -> None:
    for code in (506, 1366051):
        assert type(error(Phase.PREPARE, code)) is Refused


def test_some_deletions_are_for_people() -> None:
    assert type(error(Phase.DELETE, -1, 2207073)) is Refused
    assert type(error(Phase.DELETE, -1, 2207085)) is TryLater


def test_the_action_block_is_no_throttle() -> None:
    assert type(error(Phase.COMMIT, 4, 2207051)) is Reconnect
    assert type(error(Phase.COMMIT, 4, 7)) is Throttled


def test_any_server_error_leaves_doubt_at_the_commit_only() -> None:
    for code in (4, 190, 100, 36003, 9007):
        assert type(error(Phase.COMMIT, code, status=500)) is Ambiguous
    assert type(error(Phase.PREPARE, 190, status=500)) is Reconnect


def test_the_waiting_time_comes_from_the_answer() -> None:
    def wait(code: int, usage: Usage | None = None, headers: Mapping[str, str] | None = None) -> timedelta:
        found = judge(read_error({"code": code}), seen(Phase.COMMIT, usage=usage, headers=headers))
        assert isinstance(found, Throttled)
        return found.not_before - NOW

    assert wait(80001, usage=Usage(regained_in=timedelta(minutes=5))) == timedelta(minutes=5)
    assert wait(80001) == timedelta(hours=1)
    assert wait(4, headers={"Retry-After": "90"}) == timedelta(seconds=90)
    assert wait(368, usage=Usage(regained_in=timedelta(minutes=1))) == timedelta(hours=1)


def test_people_read_the_platforms_own_words_without_secrets() -> None:
    found = judge(
        read_error(
            {
                "message": "technical",
                "code": "36003",
                "error_subcode": 2207009,
                "error_user_title": "Aspect ratio",
                "error_user_msg": "Crop it. access_token=EAAsecretsecret",
                "fbtrace_id": "AbC",
            }
        ),
        seen(Phase.PREPARE),
    )
    assert found.detail == (
        "The picture's shape isn't accepted. The platform's words: “Aspect ratio: Crop it. access_token=***” "
        "(36003/2207009, trace AbC)."
    )
    assert found.code == "36003/2207009"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NUMBERS = st.integers() | st.sampled_from([code for key in RULES for code in key if code is not None]) | JSON
ENVELOPES = JSON | st.fixed_dictionaries(
    {},
    optional={
        name: NUMBERS if "code" in name else JSON
        for name in ("message", "code", "error_subcode", "error_user_title", "error_user_msg", "fbtrace_id")
    },
)


@given(ENVELOPES, st.sampled_from(Phase), st.integers(100, 599), st.booleans())
def test_every_answer_has_a_meaning(envelope: Any, phase: Phase, status: int, about_account: bool) -> None:
    read = read_error(envelope)
    found = judge(read, seen(phase, status=status, about_account=about_account))
    assert isinstance(found, (TryLater, Throttled, Reconnect, Refused, Ambiguous))
    assert isinstance(found, Ambiguous) <= (phase is Phase.COMMIT)
    assert found.code == read.name
    assert found.detail
    if phase is Phase.COMMIT and (
        status >= 500 or rule_for(read.code, read.subcode).kinds[phase] is Kind.DOUBT
    ):
        assert isinstance(found, Ambiguous) or (about_account and read.name == "100/33" and status < 500)


@given(st.integers(), st.none() | st.integers())
def test_every_rule_covers_every_phase(code: int, subcode: int | None) -> None:
    assert set(rule_for(code, subcode).kinds) == set(Phase)
