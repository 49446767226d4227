"""What every test may ask for. Fixtures live in tests/support, one file for each subject."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

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

SLOW = Path(__file__).with_name("slow.txt")
WHOLE = {"backup", "chaos", "cli", "jobs", "journeys"}

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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--unlisted", action="store_true", help="leave out of account what tests/slow.txt lists")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whole installations, servers and queues aren't among the fast tests, nor is what was too slow."""
    listed = set() if config.getoption("unlisted") else set(SLOW.read_text().split())
    for item in items:
        if WHOLE & set(item.path.parts) or item.nodeid.partition("[")[0] in listed:
            item.add_marker(pytest.mark.slow)
