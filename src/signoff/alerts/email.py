"""Mail through the operator's SMTP server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from typing import Final

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from signoff.alerts.base import Letter, Notice, PermanentFailure, TemporaryFailure
from signoff.alerts.messages import Sender, letter_mail, notice_mail
from signoff.alerts.server import MailServer
from signoff.kernel.clock import Clock

ANSWER_WITHIN: Final = timedelta(seconds=10)
"""For the connection, and for each command."""
ALL_WITHIN: Final = timedelta(minutes=1)
"""For all mails of one notice."""

_PERMANENT: Final = 500
"""SMTP answers from here on are meant for good (RFC 5321, 4.2.1)."""


class Email:
    """A Route by mail: one mail for each recipient, so that nobody sees the others' addresses."""

    def __init__(
        self, server: MailServer, sender: Sender, clock: Clock, *, answer_within: timedelta = ANSWER_WITHIN
    ) -> None:
        self._server = server
        self._sender = sender
        self._clock = clock
        self._answer_within = answer_within

    @property
    def is_configured(self) -> bool:
        return True

    async def deliver(self, notice: Notice) -> None:
        at = self._clock.now()
        await self._send(
            {to: partial(notice_mail, notice, to=to, sender=self._sender, at=at) for to in notice.recipients}
        )

    async def send(self, letter: Letter) -> None:
        await self._send({letter.to: partial(letter_mail, letter, sender=self._sender, at=self._clock.now())})

    async def _send(self, drafts: Mapping[str, Callable[[], EmailMessage]]) -> None:
        waiting, refused = dict[str, EmailMessage](), dict[str, str]()
        for to, write in drafts.items():
            try:
                waiting[to] = write()
            except ValueError:
                refused[to] = "This isn't a mail address."
        later = await self._hand_in(waiting, refused) if waiting else {}
        if later:
            raise TemporaryFailure(next(iter(later.values())), recipients=[*later], refused=[*refused])
        if refused:
            raise PermanentFailure(
                next(iter(refused.values())), refused=[*refused], next_step="Check the mail address."
            )

    async def _hand_in(self, waiting: dict[str, EmailMessage], refused: dict[str, str]) -> dict[str, str]:
        """Send what is waiting; add to `refused`, and give who can be tried again, with the reasons."""
        later: dict[str, str] = {}
        try:
            async with asyncio.timeout(ALL_WITHIN.total_seconds()), self._connection() as smtp:
                for to, mail in list(waiting.items()):
                    try:
                        await smtp.send_message(mail)
                    except (SMTPRecipientsRefused, SMTPDataError, SMTPNotSupported) as problem:
                        (refused if _is_for_good(problem) else later)[to] = _in_words(problem)
                    del waiting[to]
        # What else goes wrong (connection, login, sender) the operator can put right; then it is sent.
        except (SMTPException, OSError) as problem:
            later |= dict.fromkeys(waiting, _in_words(problem))
        return later

    def _connection(self) -> SMTP:
        return SMTP(
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.username,
            password=self._server.password,
            use_tls=self._server.is_tls,
            start_tls=self._server.starttls,
            local_hostname=self._sender.domain,
            timeout=self._answer_within.total_seconds(),
        )


def _is_for_good(problem: SMTPException) -> bool:
    match problem:
        case SMTPRecipientsRefused():
            return all(refusal.code >= _PERMANENT for refusal in problem.recipients)
        case SMTPDataError():
            return problem.code >= _PERMANENT
        case _:  # the address has letters that this server can't take
            return True


def _in_words(problem: Exception) -> str:
    match problem:
        case SMTPRecipientsRefused():
            return _in_words(problem.recipients[0])
        case SMTPResponseException():
            return f"The mail server answered {problem.code}: {' '.join(problem.message.split())}"
        case TimeoutError():
            return "The mail server didn't answer in time."
        case _:
            return f"The mail server can't be used: {problem}"
