"""What must be true of every delivery and every move at any time, whatever happened before."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import RowMapping

from signoff.records.states import DELIVERY_MOVES, POST_MOVES, DeliveryAction, PostAction, Wanted

OUT: Final = frozenset({"published", "recovering", "manual_recovery_needed"})
MAYBE_OUT: Final = frozenset({"publishing", "unknown", "recovering", "manual_recovery_needed"})
ASKING: Final = frozenset({"failed", "manual_due", "manual_recovery_needed"})


def holds(row: RowMapping) -> None:
    """What must be true of a delivery at any time."""
    state = row["state"]
    if state == "scheduled":
        assert row["wanted"] is None, "what nobody wants any more isn't scheduled again"
        assert not row["is_withdrawn"], "nor is what isn't approved any more"
    if state in OUT:
        assert row["receipt_id"], "what is out has its proof"
    if state in ASKING or row["asks_person"]:
        assert row["is_told"], "people are told"
    if state == "published":
        assert row["wanted"] != Wanted.RECOVERED, "what is to be taken down doesn't stay"


def is_allowed(move: RowMapping) -> bool:
    kind, _, action = str(move["action"]).partition(".")
    tables: dict[str, Any] = {"delivery": (DELIVERY_MOVES, DeliveryAction), "post": (POST_MOVES, PostAction)}
    table, actions = tables.get(kind, ({}, ()))
    if action not in set(actions):
        return bool(move["source"] == move["target"])
    step = table[actions(action)]
    return move["source"] in step.sources and move["target"] == step.target


def is_stuck(row: RowMapping) -> bool:
    """It neither ended nor waits for a person."""
    return row["state"] in {"publishing", "recovering"} or (
        row["state"] == "unknown" and not row["asks_person"]
    )
