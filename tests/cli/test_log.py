"""The log of a real process: it says what broke, and nothing that must stay secret."""

# ruff: noqa: ARG002 - a connector is told more than this one needs to know

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from typing import Any

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from signoff.cli.wiring import load_settings
from signoff.connectors.base import Checkpoint, Connector, KeepCheckpoint, Parcel
from signoff.connectors.wordpress.site import Login
from signoff.kernel.people import Actor
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.publishing import due, row

SECRET = "abcd efgh ijkl mnop"


class Broken(Noticeboard):
    """A platform whose connector has a bug, with a password at hand."""

    async def prepare(self, parcel: Parcel, done: Checkpoint, keep: KeepCheckpoint) -> Checkpoint:
        login = Login("editor", SECRET)
        raise RuntimeError(f"{parcel.delivery_id} can't be prepared by {login}")


@pytest.fixture
def connectors() -> Mapping[str, Connector]:
    return {"noticeboard": Broken()}


@contextmanager
def process_log() -> Iterator[StringIO]:
    """What the processes write to standard error, set up as they do it."""
    before: dict[str, Any] = structlog.get_config()
    with redirect_stderr(StringIO()) as written:
        load_settings()
        try:
            yield written
        finally:
            structlog.configure(**before)


async def test_a_bug_while_preparing_is_logged_without_secrets(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await due(runtime, owner, channel, clock)
    with process_log() as written:
        await Worker(runtime).run_until_idle()
    log = written.getvalue()
    assert "attempt_failed" in log
    assert "RuntimeError" in log
    assert SECRET not in log
    assert "key of plaza" not in log  # the channel's own credentials
    said = (await row(runtime, owner, delivery)).error
    assert said == "Something unexpected happened (RuntimeError); see the log."


async def test_a_statement_that_fails_does_not_tell_its_values(runtime: Runtime, owner: Actor) -> None:
    with pytest.raises(DBAPIError) as failed:
        async with runtime.transaction(owner.organization_id) as tx:
            await tx.execute(text("select nowhere where :secret <> ''"), {"secret": SECRET})
    assert SECRET not in str(failed.value)
