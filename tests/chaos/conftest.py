"""One scene for the tests of a file: database, sandbox, web process. Each test starts its own workers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import count

import pytest

from tests.chaos.content import founded
from tests.chaos.scene import staged
from tests.chaos.troupe import Troupe


@pytest.fixture(scope="module")
async def hall() -> AsyncIterator[Troupe]:
    async with staged(2) as scene:
        yield Troupe(scene, await founded(scene), count(1))


@pytest.fixture
async def troupe(hall: Troupe) -> AsyncIterator[Troupe]:
    """What a test works with; its workers end with it."""
    yield hall
    for worker in hall.scene.workers:
        worker.thaw()
        await worker.kill()
