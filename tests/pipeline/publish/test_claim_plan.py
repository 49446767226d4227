"""What a claim costs doesn't grow with how much is due."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from psycopg import AsyncConnection

from bench.entrants.signoff import copy_posts
from signoff.db.embedded import EmbeddedPostgres
from signoff.db.urls import conninfo
from signoff.kernel.people import Actor
from signoff.pipeline.publish.claim import claim
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.support.plans import watched
from tests.support.posts import approved

DUE: Final = 600
TAKEN: Final = 16


async def test_a_claim_looks_at_what_it_takes_however_much_became_due_at_once(
    runtime: Runtime, owner: Actor, channel: Channel, postgres: EmbeddedPostgres
) -> None:
    post = (await approved(runtime, owner, channel)).post
    url = postgres.admin_url().set(database=runtime.database.urls.worker.database)
    async with await AsyncConnection.connect(conninfo(url), autocommit=True) as connection:
        await copy_posts(connection, post.title, DUE, datetime.now(UTC))
    with watched() as plans:
        taken = await claim(runtime, "worker", TAKEN)
    assert len(taken) == TAKEN
    assert not plans.slow, plans.slow
