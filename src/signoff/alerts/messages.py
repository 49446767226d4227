"""How notices and letters look as mails: plain text first, simple HTML for those who like it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from html import escape
from typing import Final
from urllib.parse import urlsplit

from signoff.alerts.base import Letter, Notice

_SUBJECT_CHARS: Final = 150
_SIGN: Final = r"""[^\s@<>(),;:"\\\[\]\x00-\x1f\x7f]"""
_MAIL_ADDRESS: Final = re.compile(f"(?P<person>{_SIGN}+)@(?P<domain>{_SIGN}+)")
"""Nothing that could end a header or name another recipient; the server knows the rest better."""
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body style="margin:0;padding:24px;font:16px/1.5 system-ui,sans-serif">
<h1 style="font-size:20px;margin:0 0 16px">{title}</h1>
{body}
</body></html>
"""
_LINK: Final = '<p style="margin:16px 0"><a href="{link}">Open it in Signoff</a></p>'


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom mails come from."""

    name: str
    address: str

    @classmethod
    def parse(cls, text: str) -> Sender:
        """Read `name@host` or `Name <name@host>`. Raises ValueError."""
        name, address = parseaddr(text) if "<" in text else ("", text)
        return cls(name or "Signoff", _address(address).addr_spec)

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]


def notice_mail(notice: Notice, *, to: str, sender: Sender, at: datetime) -> EmailMessage:
    """Write the notice to one of its recipients. Raises ValueError if `to` isn't a mail address."""
    mail = _mail(to, notice.title, sender, at, key=notice.key)
    paragraphs = [f"What happened: {notice.cause}", f"What to do: {notice.next_step}"]
    if notice.count > 1:
        paragraphs.insert(0, f"This happened {notice.count} times.")
    title, link = _one_line(notice.title), _web_address(notice.link)
    mail.set_content("\n\n".join([title, *paragraphs, *([link] if link else [])]) + "\n")
    body = [f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs]
    if link:
        body.append(_LINK.format(link=escape(link)))
    mail.add_alternative(_PAGE.format(title=escape(title), body="\n".join(body)), subtype="html")
    return mail


def letter_mail(letter: Letter, *, sender: Sender, at: datetime) -> EmailMessage:
    """Write a letter. Raises ValueError if its recipient isn't a mail address."""
    # The day is part of it because the same words may be news again on another one.
    mail = _mail(letter.to, letter.subject, sender, at, key=f"{letter.text} {at:%Y-%m-%d}")
    mail.set_content(letter.text)
    return mail


def _mail(to: str, subject: str, sender: Sender, at: datetime, *, key: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = _address(sender.address, sender.name)
    mail["To"] = _address(to)
    mail["Subject"] = _one_line(subject)[:_SUBJECT_CHARS]
    mail["Date"] = format_datetime(at)
    # The same for each try, so that mail programs and people recognise a mail that was sent twice.
    mail["Message-ID"] = f"<{hashlib.sha256(f'{key} {to}'.encode()).hexdigest()[:32]}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"  # the same for Exchange, which doesn't know the line above
    return mail


def _address(text: str, name: str = "") -> Address:
    """Read one address, its domain in the form that every server takes (RFC 5890). Raises ValueError."""
    found = _MAIL_ADDRESS.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} isn't a mail address")
    return Address(name, username=found["person"], domain=found["domain"].encode("idna").decode())


def _one_line(text: str) -> str:
    """Make a text fit for a header, whatever a platform or a person wrote into it."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _web_address(link: str) -> str:
    """Give the link if it is one that a mail may carry, else nothing."""
    return link if urlsplit(link).scheme in ("http", "https") and _one_line(link) == link else ""
