"""Promises that can be read from the tables of moves, without running anything."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from signoff.records.states import (
    DELIVERY_MOVES,
    OPEN,
    POST_MOVES,
    DeliveryAction,
    DeliveryState,
    Move,
    PostAction,
    PostState,
    Who,
)


def ways_out(moves: Mapping[Any, Move[Any]], state: object) -> set[object]:
    return {action for action, move in moves.items() if state in move.sources}


def test_every_action_is_a_move() -> None:
    assert set(POST_MOVES) == set(PostAction)
    assert set(DELIVERY_MOVES) == set(DeliveryAction)


def test_every_state_is_reached() -> None:
    assert {move.target for move in POST_MOVES.values()} == set(PostState)
    assert {move.target for move in DELIVERY_MOVES.values()} == set(DeliveryState)


def test_only_a_review_leads_to_approved_and_only_people_review() -> None:
    ways_in = {action for action, move in POST_MOVES.items() if move.target is PostState.APPROVED}
    assert ways_in == {PostAction.APPROVE}
    assert POST_MOVES[PostAction.APPROVE].sources == {PostState.IN_REVIEW}
    assert {who for move in POST_MOVES.values() for who in move.by} == {Who.PEOPLE}


def test_an_approval_that_was_given_up_does_not_come_back_by_itself() -> None:
    assert POST_MOVES[PostAction.RESTORE].target is PostState.DRAFT


def test_an_unknown_delivery_moves_only_on_evidence() -> None:
    assert ways_out(DELIVERY_MOVES, DeliveryState.UNKNOWN) == {
        DeliveryAction.CONFIRM,
        DeliveryAction.RULE_OUT,
        DeliveryAction.LEAVE,
        DeliveryAction.FAIL,
        DeliveryAction.DOUBT,
    }


def test_nothing_leads_from_unknown_to_publishing_without_a_new_claim() -> None:
    assert DELIVERY_MOVES[DeliveryAction.CLAIM].sources == {DeliveryState.SCHEDULED}
    into = {action for action, move in DELIVERY_MOVES.items() if move.target is DeliveryState.PUBLISHING}
    assert into == {DeliveryAction.CLAIM}


def test_what_was_published_is_never_published_again() -> None:
    seen, waiting = set[DeliveryState](), {DeliveryState.PUBLISHED}
    while waiting:
        state = waiting.pop()
        seen.add(state)
        waiting |= {move.target for move in DELIVERY_MOVES.values() if state in move.sources} - seen
    assert not seen & {DeliveryState.SCHEDULED, DeliveryState.PUBLISHING, DeliveryState.UNKNOWN}


def test_evidence_wins_wherever_a_delivery_may_be_out() -> None:
    assert DELIVERY_MOVES[DeliveryAction.CONFIRM].sources >= OPEN


def test_what_is_over_stays_over() -> None:
    assert ways_out(DELIVERY_MOVES, DeliveryState.RECOVERED) == set()
    assert ways_out(DELIVERY_MOVES, DeliveryState.CANCELLED) == {DeliveryAction.CONFIRM}


def test_a_failed_delivery_waits_for_a_person() -> None:
    by = {
        who for action in (DeliveryAction.RETRY, DeliveryAction.CANCEL) for who in DELIVERY_MOVES[action].by
    }
    assert by == {Who.PEOPLE}


def test_everything_open_is_doubted_after_a_restore_and_by_nobody_else() -> None:
    doubt = DELIVERY_MOVES[DeliveryAction.DOUBT]
    assert doubt.sources >= OPEN
    assert doubt.by == {Who.RESTORE}
