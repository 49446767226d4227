"""What every test may ask for. Fixtures live in tests/support, one file for each subject."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import hypothesis
import pytest
import structlog
import uvloop

pytest_plugins = [
    "tests.support.applications",
    "tests.support.approvals",
    "tests.support.clock",
    "tests.support.database",
    "tests.support.disks",
    "tests.support.mail",
    "tests.support.server",  # before those that import it
    "tests.support.public",
    "tests.support.raw_sql",
    "tests.support.sandbox",
    "tests.support.wordpress",
    "tests.support.world",
]


# How long one example takes says more about the machine than about the code.
hypothesis.settings.register_profile("signoff", deadline=None)
hypothesis.settings.load_profile("signoff")

structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests run on the event loop that Signoff runs on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What starts whole installations, servers or queues isn't among the fast tests."""
    for item in items:
        if {"backup", "chaos", "cli", "jobs", "journeys"} & set(item.path.parts):
            item.add_marker(pytest.mark.slow)
