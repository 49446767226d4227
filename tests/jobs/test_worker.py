"""The background work as a worker process does it, beside publishing."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from signoff.alerts.email import Email
from signoff.alerts.messages import Sender
from signoff.alerts.server import MailServer
from signoff.organizations.found import found_organization
from signoff.organizations.local import local_actor
from signoff.records.alerts.raising import raise_alert
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.mail import Mailbox
from tests.support.waiting import until


@pytest.mark.server
async def test_a_worker_mails_alerts_by_itself(runtime: Runtime, mailbox: Mailbox) -> None:
    address = mailbox.address()
    server = MailServer.parse(mailbox.smtp_url)
    with_mail = replace(runtime, mail=Email(server, Sender("Signoff", "signoff@example.test"), runtime.clock))
    await found_organization(with_mail, "Casa Luz", address, "Olga Owner")
    owner = await local_actor(with_mail, address)
    worker = Worker(with_mail)
    work = asyncio.create_task(worker.run())
    async with with_mail.worker_transaction() as tx:
        await raise_alert(
            tx,
            owner.organization_id,
            "failed",
            title="Not published",
            cause="The site said no.",
            next_step="Look at it.",
            path="/",
        )
    arrived = await until(lambda: mailbox.messages_to(address), within_s=30)
    worker.stop()
    await asyncio.wait_for(work, 30)
    assert [message["subject"] for message in arrived] == ["Not published"]
