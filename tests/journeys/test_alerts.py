"""No failure is silent: people are told by mail, with the cause, the next step and a link."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from signoff.sandbox.server import RunningSandbox
from tests.journeys.steps import came_to, connected, published_now, send, submitted
from tests.support.installation import Installation, installed
from tests.support.mail import Mailbox
from tests.support.sandbox import Sandbox
from tests.support.waiting import until

pytestmark = pytest.mark.server


@pytest.fixture
async def mailing(sandbox_server: RunningSandbox, mailbox: Mailbox) -> AsyncIterator[Installation]:
    async with installed(
        SIGNOFF_GRAPH_URL=sandbox_server.graph_url,
        SIGNOFF_SMTP_URL=mailbox.smtp_url,
        SIGNOFF_MAIL_FROM="signoff@casaluz.example",
    ) as installation:
        await installation.start()
        yield installation


async def test_a_failed_delivery_is_mailed_to_who_can_do_something_about_it(
    mailing: Installation, mailbox: Mailbox, sandbox: Sandbox
) -> None:
    owner = mailbox.address()
    await mailing.found("Casa Luz", owner)
    api = await mailing.token(owner=owner)
    account = sandbox.seed_facebook(name="Casa Luz")
    brand = await send(api, "/brands", {"name": "Casa Luz", "time_zone": "Europe/Madrid"})
    login = {"page_id": account.id, "access_token": account.token}
    channel = await connected(api, brand["id"], "facebook", login)
    post = await submitted(api, brand["id"], channel)
    sandbox.token(account.token, dead=460)
    (delivery,) = await published_now(api, post)
    failed = await came_to(api, delivery, "failed")

    async def told() -> list[dict[str, Any]]:
        return [each for each in await mailbox.messages_to(owner) if "Good morning" in each["subject"]]

    (message,) = await until(told, within_s=60)
    words = " ".join(message["text"].split())
    for part in (failed["error"], failed["next_step"], f"{mailing.url}/deliveries/{delivery}"):
        assert part in words
