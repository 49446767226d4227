"""The mailbox behind the real SMTP server. All tests share it: each writes to addresses of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.servers.running import start


class Mailbox:
    """What arrived at the real mail server."""

    def __init__(self, settings: dict[str, str], http: aiohttp.ClientSession) -> None:
        self.host, self.port = settings["SMTP_HOST"], int(settings["SMTP_PORT"])
        self.username, self.password = settings["SMTP_USER"], settings["SMTP_PASSWORD"]
        self._api, self._http = settings["MAIL_API_URL"], http

    @property
    def smtp_url(self) -> str:
        return f"smtp://{self.username}:{self.password}@{self.host}:{self.port}"

    @staticmethod
    def address(domain: str = "example.test") -> str:
        """Make an address that no other test writes to; mail to bounce.test and busy.test is refused."""
        return f"{uuid4().hex}@{domain}"

    async def messages_to(self, address: str) -> list[dict[str, Any]]:
        """Give what arrived there: id, from, to, login, subject, headers, text, html, attachments."""
        async with self._http.get(f"{self._api}/messages") as reply:
            return [message for message in await reply.json() if address in message["to"]]

    async def raw(self, message: dict[str, Any]) -> bytes:
        """Give a message as it came over the wire."""
        async with self._http.get(f"{self._api}/messages/{message['id']}/raw") as reply:
            return await reply.read()


@pytest.fixture(scope="session")
async def mailbox() -> AsyncIterator[Mailbox]:
    async with aiohttp.ClientSession() as http:
        yield Mailbox(start("mail"), http)
