"""The protocol, tried in every order of events: with its rules nothing is out twice or unapproved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from signoff.records.states import DELIVERY_MOVES, DeliveryAction, DeliveryState
from tests.protocol.exploration import Explored, explore
from tests.protocol.model import Moves, Protocol
from tests.protocol.rules import ALL, Rule

PAGE: Final = Path(__file__).parents[2] / "docs/publishing.md"

A, D = DeliveryAction, DeliveryState


@pytest.fixture(scope="module")
def protocol() -> Protocol:
    return Protocol()


@pytest.fixture(scope="module")
def explored(protocol: Protocol) -> Explored:
    return explore(protocol)


def test_with_all_rules_no_order_of_events_does_harm(explored: Explored) -> None:
    assert explored.harms == {}
    assert f"{len(explored.states):,} states" in PAGE.read_text("utf-8")


def test_from_everywhere_an_end_can_be_reached(explored: Explored) -> None:
    assert explored.dead_ends == 0


def test_every_move_of_the_table_takes_part(explored: Explored, protocol: Protocol) -> None:
    assert protocol.used == set(DELIVERY_MOVES)


@pytest.mark.parametrize("rule", Rule, ids=str)
def test_without_one_rule_a_post_gets_out_twice_or_unapproved(rule: Rule) -> None:
    story = explore(Protocol(ALL - {rule})).public_harm
    assert story, f"nothing needs the rule “{rule}”"
    assert _told_on_the_page()[rule] == story


def _told_on_the_page() -> Mapping[str, str]:
    """The shortest stories as people read them, by rule."""
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    return dict(rows)


def test_the_page_names_each_rule_once() -> None:
    assert sorted(_told_on_the_page()) == sorted(Rule)


def changed(action: DeliveryAction, *, also_from: DeliveryState) -> Moves:
    """The table of moves with one mistake in it."""
    move = DELIVERY_MOVES[action]
    return {**DELIVERY_MOVES, action: move._replace(sources=move.sources | {also_from})}


def lacking(action: DeliveryAction, source: DeliveryState) -> Moves:
    move = DELIVERY_MOVES[action]
    return {**DELIVERY_MOVES, action: move._replace(sources=move.sources - {source})}


@pytest.mark.parametrize(
    "moves",
    [
        changed(A.CLAIM, also_from=D.UNKNOWN),
        changed(A.CLAIM, also_from=D.PUBLISHED),
        changed(A.RETRY, also_from=D.UNKNOWN),
        changed(A.RETRY, also_from=D.PUBLISHED),
        changed(A.RETRY, also_from=D.RECOVERING),
        changed(A.HAND_OVER, also_from=D.UNKNOWN),
        changed(A.HAND_OVER, also_from=D.PUBLISHED),
    ],
)
def test_a_table_that_allows_too_much_is_found_out(moves: Moves) -> None:
    assert explore(Protocol(moves=moves)).public_harm


@pytest.mark.parametrize(
    "moves",
    [
        lacking(A.CONFIRM, D.UNKNOWN),
        lacking(A.RULE_OUT, D.UNKNOWN),
        lacking(A.LOSE_TRACK, D.PUBLISHING),
        lacking(A.CONFIRM, D.MANUAL_DUE),
    ],
)
def test_a_table_that_allows_too_little_is_found_out(moves: Moves) -> None:
    found = explore(Protocol(moves=moves))
    assert found.harms or found.dead_ends
