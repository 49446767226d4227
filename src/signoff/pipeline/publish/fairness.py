"""Which of the deliveries that are due go first: accounts take turns, and none goes beyond its room."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from signoff.kernel.ids import DeliveryId


class Due(NamedTuple):
    """A delivery that may go, with those whose budgets it uses."""

    id: DeliveryId
    account_key: str
    app_key: str


def in_turns(due: Sequence[Due], room: Mapping[str, int]) -> list[DeliveryId]:
    """Give those that have room: the first of each account, then the second of each, and so on.

    `due` comes oldest first, and so do those with the same turn.
    """
    begun: Counter[str] = Counter()
    turns: list[tuple[int, Due]] = []
    for one in due:
        if begun[one.account_key] < room[one.account_key]:
            begun[one.account_key] += 1
            turns.append((begun[one.account_key], one))
    turns.sort(key=lambda turn: turn[0])  # stable
    through: Counter[str] = Counter()
    chosen = []
    for _, one in turns:
        if through[one.app_key] < room[one.app_key]:
            through[one.app_key] += 1
            chosen.append(one.id)
    return chosen
