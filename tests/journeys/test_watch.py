"""A worker that froze is told by mail although none is left to send it, and that another goes on."""

from __future__ import annotations

import signal
import sys
from typing import Any

import aiohttp
import pytest

from tests.support.installation import Installation, installed
from tests.support.mail import Mailbox
from tests.support.waiting import until
from tests.web.visitor import Visitor

pytestmark = [pytest.mark.server, pytest.mark.timeout(300)]

WEB = [sys.executable, "-m", "signoff.cli.main", "web"]
TITLE = "No worker is running: nothing is published"
OVER = "Over: no worker is running: nothing is published"


async def signed_in(signoff: Installation, owner: str, http: aiohttp.ClientSession) -> Visitor:
    """The owner in a browser, of an organization that is founded."""
    visitor = Visitor(http, signoff.url)
    link = (await signoff.found("Casa Luz", owner)).removeprefix(signoff.url)
    await visitor.get(link)
    await visitor.send(link)
    return visitor


async def health(visitor: Visitor) -> dict[str, Any]:
    async with visitor.http.get(f"{visitor.site}/api/v1/health/publishing") as answer:
        return dict(await answer.json())


async def test_the_web_process_tells_of_a_worker_that_froze_and_when_another_goes_on(
    mailbox: Mailbox,
) -> None:
    owner = mailbox.address()

    async def arrived(subject: str) -> bool:
        return subject in [message["subject"] for message in await mailbox.messages_to(owner)]

    settings = {"SIGNOFF_WATCH_EVERY": "1", "SIGNOFF_SILENT_AFTER": "8"}
    sender = {"SIGNOFF_SMTP_URL": mailbox.smtp_url, "SIGNOFF_MAIL_FROM": "signoff@casaluz.example"}
    async with (
        installed(**settings, **sender) as signoff,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http,
    ):
        await signoff.start(WEB)
        worker = await signoff.beside("worker")
        visitor = await signed_in(signoff, owner, http)

        async def is_at_work() -> bool:
            return bool((await health(visitor))["workers_alive"])

        await until(is_at_work, within_s=60)
        worker.send_signal(signal.SIGSTOP)
        await until(lambda: arrived(TITLE), within_s=120)
        async with signoff.http.get(f"{signoff.url}/readyz/publishing") as answer:
            assert answer.status == 503
            assert (await answer.json())["parts"]["publishing"] == {"ok": False, "said": TITLE}
        async with signoff.http.get(f"{signoff.url}/readyz") as answer:
            assert answer.status == 200, "pages can be served all the same"
        (alarm,) = (await health(visitor))["alarms"]
        assert alarm["title"] == TITLE
        assert TITLE in (await visitor.get("/")).text

        worker.kill()
        await worker.wait()
        await signoff.beside("worker")
        await until(lambda: arrived(OVER), within_s=120)
        assert (await health(visitor))["alarms"] == []
        (told,) = [message for message in await mailbox.messages_to(owner) if message["subject"] == TITLE]
        assert f"{signoff.url}/alerts" in told["text"]
