"""An SMTP server that keeps what arrives, and an HTTP view of it.

Usage: mail-server.py FOLDER SMTP_PORT HTTP_PORT
"""

import email
import email.policy
import json
import re
import signal
import sys
import threading
import time
from email.message import EmailMessage
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

REFUSALS = {"bounce.test": "550 5.1.1 no such user", "busy.test": "451 4.3.0 try again later"}


class Box:
    """Messages in a folder: N.eml as it came, N.json with what the envelope said."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    def numbers(self) -> list[int]:
        return sorted(int(path.stem) for path in self._folder.glob("*.eml"))

    def add(self, content: bytes, envelope: dict[str, Any]) -> int:
        with self._lock:
            number = max(self.numbers(), default=0) + 1
            (self._folder / f"{number}.json").write_text(json.dumps({"id": number} | envelope))
            unfinished = self._folder / f"{number}.new"
            unfinished.write_bytes(content)
            unfinished.rename(self._folder / f"{number}.eml")  # readers see whole messages only
            return number

    def clear(self) -> None:
        with self._lock:
            for path in self._folder.iterdir():
                path.unlink()

    def raw(self, number: int) -> bytes:
        return (self._folder / f"{number}.eml").read_bytes()

    def view(self, number: int) -> dict[str, Any]:
        message = email.message_from_bytes(self.raw(number), policy=email.policy.default)
        envelope: dict[str, Any] = json.loads((self._folder / f"{number}.json").read_text())
        return envelope | {
            "subject": message["subject"],
            "headers": {name: str(value) for name, value in message.items()},
            "text": _body(message, "plain"),
            "html": _body(message, "html"),
            "attachments": [
                {
                    "name": part.get_filename(),
                    "type": part.get_content_type(),
                    "size": len(part.get_payload(decode=True) or b""),
                }
                for part in message.iter_attachments()
            ],
        }


def _body(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    return part.get_content() if part else None


class Receiver:
    """What aiosmtpd asks about each message."""

    def __init__(self, box: Box) -> None:
        self._box = box

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name and signature
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        domain = address.rpartition("@")[2].lower()
        if domain in REFUSALS:
            return REFUSALS[domain]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  (the same)
        del server
        given: Any = session.auth_data  # what check_login returned, declared as None by aiosmtpd
        login = given.login.decode() if session.authenticated else None
        number = self._box.add(
            envelope.original_content or b"",
            {"from": envelope.mail_from, "to": envelope.rcpt_tos, "received": time.time(), "login": login},
        )
        return f"250 OK queued as {number}"


def check_login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any) -> AuthResult:
    del server, session, envelope, mechanism
    right = isinstance(given, LoginPassword) and given == LoginPassword(b"signoff", b"signoff-smtp")
    return AuthResult(success=right, auth_data=given, handled=False)


def view_of(box: Box) -> type[BaseHTTPRequestHandler]:
    """Return a request handler that shows the box."""

    class View(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = re.fullmatch(r"/messages(?:/(\d+)(/raw)?)?", self.path)
            if address and address[1] is None:
                self._answer([box.view(number) for number in box.numbers()])
            elif address and int(address[1]) in box.numbers():
                number = int(address[1])
                self._answer(box.raw(number) if address[2] else box.view(number))
            else:
                self._answer({"error": "not found"}, HTTPStatus.NOT_FOUND)

        def do_DELETE(self) -> None:
            box.clear()
            self._answer({"deleted": True})

        def _answer(self, content: Any, status: HTTPStatus = HTTPStatus.OK) -> None:
            raw = isinstance(content, bytes)
            body = content if raw else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "message/rfc822" if raw else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    return View


def main(folder: str, smtp_port: str, http_port: str) -> None:
    box = Box(Path(folder))
    smtp = Controller(
        Receiver(box),
        hostname="127.0.0.1",
        port=int(smtp_port),
        authenticator=check_login,
        auth_require_tls=False,
    )
    smtp.start()
    web = ThreadingHTTPServer(("127.0.0.1", int(http_port)), view_of(box))
    threading.Thread(target=web.serve_forever, daemon=True).start()
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    smtp.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
