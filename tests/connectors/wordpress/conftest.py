from __future__ import annotations

import pytest

from signoff.connectors.wordpress.connector import WordPress
from signoff.http.client import Http
from signoff.kernel.clock import SystemClock


@pytest.fixture
def connector(http_to_loopback: Http) -> WordPress:
    return WordPress(http_to_loopback, SystemClock())
