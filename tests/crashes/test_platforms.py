"""Every connector is tried by killing its workers."""

from __future__ import annotations

from signoff.app import make_connectors
from signoff.http.client import Http
from signoff.settings import Settings
from tests.crashes.platforms import STAND_INS
from tests.support.clock import ShiftableClock


async def test_every_connector_has_a_stand_in_that_workers_die_on(settings: Settings, http: Http) -> None:
    assert set(STAND_INS) == set(make_connectors(settings, http, ShiftableClock()))
