"""Asking a platform about an account, and saying what its refusal means for whoever connects it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from typing import Any

from signoff.connectors.base import CALL_TIMEOUT, Connector, Health
from signoff.connectors.errors import ConnectorError, Reconnect, Refused, Throttled
from signoff.kernel.errors import Invalid, Problem, TooMany, Unavailable
from signoff.records.tenants import Channel
from signoff.runtime import Runtime


async def ask_platform(
    runtime: Runtime, connector: Connector, credentials: Mapping[str, str], options: Mapping[str, Any]
) -> Health:
    """Check credentials and options with the platform. No transaction may be open meanwhile.

    Raises:
        Invalid: The platform refuses them; `next_step` is its advice.
        TooMany: It asks to wait.
        Unavailable: It doesn't answer.
    """
    try:
        return await health_of(connector, credentials, options)
    except ConnectorError as said:
        raise _meaning(runtime, connector.about.label, said) from said


async def health_of(
    connector: Connector, credentials: Mapping[str, str], options: Mapping[str, Any]
) -> Health:
    """Have the connector check an account, for as long as a platform may take and no longer.

    Raises:
        ConnectorError: As `Connector.check`; also when time is up.
    """
    try:
        async with asyncio.timeout(CALL_TIMEOUT.total_seconds()):
            return await connector.check(credentials, options)
    except TimeoutError as problem:
        raise ConnectorError("The platform didn't answer in time.") from problem


def _meaning(runtime: Runtime, platform: str, said: ConnectorError) -> Problem:
    if isinstance(said, Reconnect):
        return Invalid(said.detail, field="credentials", next_step=said.advice or "Check what you entered.")
    if isinstance(said, Refused):
        return Invalid(said.detail, field="options", next_step=said.advice or "Check what you entered.")
    if isinstance(said, Throttled):
        wait = (said.not_before - runtime.clock.now()).total_seconds()
        return TooMany(
            said.detail,
            next_step=said.advice or "Wait, then try again.",
            retry_after_s=max(1, math.ceil(wait)),
        )
    return Unavailable(
        f"{platform} couldn't be asked: {said.detail}", next_step=said.advice or "Try again in a few minutes."
    )


def opened_credentials(runtime: Runtime, channel: Channel) -> dict[str, str]:
    """Decrypt a channel's credentials.

    Raises:
        SecretLocked: The key they were sealed with is missing.
    """
    return runtime.vault.open_secret(channel.credentials or b"")
