"""An SMTP server of a few lines, for what the real one can't be made to do: TLS, silence, breaking off."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class WireServer:
    """Answers by the first word of each command; None says nothing at all, "hang up" breaks off."""

    answers: Mapping[str, str | None] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    offers_starttls: bool = False
    port: int = 0
    commands: list[str] = field(default_factory=list)
    secure_commands: list[str] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_secure = writer.get_extra_info("ssl_object") is not None
        said: str | None = self.answers.get("", "220 ready")
        while said != "hang up":
            if said is not None:
                writer.write(said.encode() + b"\r\n")
            if said == "221 bye":
                return
            line = (await reader.readuntil(b"\r\n")).decode().strip()
            word = line.partition(" ")[0].upper()
            (self.secure_commands if is_secure else self.commands).append(line)
            if word == "STARTTLS" and self.tls:
                writer.write(b"220 go ahead\r\n")
                await writer.start_tls(self.tls)
                is_secure, said = True, None
                continue
            said = await self._answer(word, is_secure=is_secure, reader=reader, writer=writer)

    async def _answer(
        self, word: str, *, is_secure: bool, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> str | None:
        if word == "DATA" and "DATA" not in self.answers:
            writer.write(b"354 go on\r\n")
            self.messages.append(await reader.readuntil(b"\r\n.\r\n"))
            return self.answers.get(".", "250 kept")
        starttls = "250-STARTTLS\r\n" if self.offers_starttls and not is_secure else ""
        usual = {
            "EHLO": f"250-wire.test\r\n{starttls}250 AUTH PLAIN",
            "AUTH": "235 welcome",
            "QUIT": "221 bye",
        }
        return self.answers.get(word, usual.get(word, "250 fine"))


@asynccontextmanager
async def wire(server: WireServer, *, tls_from_the_start: bool = False) -> AsyncIterator[WireServer]:
    listening = await asyncio.start_server(
        server.serve, "127.0.0.1", 0, ssl=server.tls if tls_from_the_start else None
    )
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
