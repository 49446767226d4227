"""Which of many due deliveries go first."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from signoff.kernel.ids import DeliveryId
from signoff.pipeline.publish.fairness import Due, in_turns

PLENTY = {"busy": 100, "quiet": 100, "app": 100, "": 100}


def due(accounts: Iterable[str], app: str = "") -> list[Due]:
    """One delivery for each, oldest first; its number is its id."""
    return [Due(DeliveryId(UUID(int=number)), account, app) for number, account in enumerate(accounts)]


def numbers(chosen: Iterable[DeliveryId]) -> list[int]:
    return [id.int for id in chosen]


def test_an_account_with_many_lets_the_others_have_their_turn() -> None:
    waiting = due(["busy"] * 4 + ["quiet"] * 2)
    assert numbers(in_turns(waiting, PLENTY)) == [0, 4, 1, 5, 2, 3]


def test_nobody_goes_beyond_the_room_of_the_account() -> None:
    waiting = due(["busy"] * 4 + ["quiet"])
    assert numbers(in_turns(waiting, PLENTY | {"busy": 2})) == [0, 4, 1]


def test_accounts_share_the_room_of_their_application_in_turns() -> None:
    waiting = due(["busy"] * 4 + ["quiet"] * 2, app="app")
    assert numbers(in_turns(waiting, PLENTY | {"app": 3})) == [0, 4, 1]


def test_what_has_no_room_takes_none_from_others() -> None:
    waiting = due(["busy", "quiet", "busy"], app="app")
    assert numbers(in_turns(waiting, PLENTY | {"busy": 0, "app": 1})) == [1]
