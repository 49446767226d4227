from __future__ import annotations

import pytest

from signoff.kernel.people import Actor
from signoff.organizations.sign_in import SignedIn
from signoff.runtime import Runtime
from tests.support.people import arrive


@pytest.fixture
async def ana(runtime: Runtime, owner: Actor) -> SignedIn:
    """An author with a password, signed in."""
    return await arrive(runtime, owner)
