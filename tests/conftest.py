"""What every test may ask for. Fixtures live in tests/support, one file for each subject."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import uvloop

pytest_plugins = [
    "tests.support.database",
    "tests.support.mail",
    "tests.support.raw_sql",
    "tests.support.sandbox",
    "tests.support.wordpress",
    "tests.support.world",
]


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests run on the event loop that Signoff runs on."""
    return {"uvloop": uvloop.new_event_loop}
