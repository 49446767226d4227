"""What the database promises, tried with raw SQL."""

from __future__ import annotations

import pytest

from signoff.kernel.people import Actor
from tests.support.intruder import Intruder
from tests.support.raw_sql import Role


@pytest.fixture
def intruder(app_sql: Role, owner: Actor) -> Intruder:
    return Intruder(app_sql, owner)
