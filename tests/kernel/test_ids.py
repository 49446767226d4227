"""Identifiers, and the key by which a delivery is found again on its platform."""

from __future__ import annotations

import re
from uuid import UUID

from signoff.kernel.ids import DeliveryId, delivery_key, new_id


def test_ids_sort_by_the_moment_they_were_made() -> None:
    made = [new_id() for _ in range(100)]
    assert made == sorted(made)
    assert {one.version for one in made} == {7}


def test_a_delivery_has_the_same_key_for_ever() -> None:
    """Written down, because a restored database finds its posts by these keys: they must never change."""
    assert delivery_key(DeliveryId(UUID(int=0))) == "xqhdz599i2tq"
    assert delivery_key(DeliveryId(UUID("01a1fcda-b719-752d-a24b-7a6efbefa35e"))) == "8fszgwy4a9hb"


def test_keys_are_safe_in_addresses_and_never_alike() -> None:
    keys = {delivery_key(DeliveryId(new_id())) for _ in range(10_000)}
    assert len(keys) == 10_000
    assert all(re.fullmatch("[a-z2-9]{12}", key) for key in keys)
