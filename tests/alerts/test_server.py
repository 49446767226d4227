"""How the operator writes down the mail server and the sender."""

from __future__ import annotations

import pytest

from signoff.alerts.base import Letter, Notice, PermanentFailure
from signoff.alerts.messages import Sender
from signoff.alerts.null import PageOnly
from signoff.alerts.server import MailServer


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", MailServer("mail.example", 25, None, None, is_tls=False, starttls=None)),
        ("smtp://u:p@mail.example", MailServer("mail.example", 587, "u", "p", is_tls=False, starttls=True)),
        ("smtp://u:p@localhost:1025", MailServer("localhost", 1025, "u", "p", is_tls=False, starttls=None)),
        ("smtp://u:p@[::1]:1025", MailServer("::1", 1025, "u", "p", is_tls=False, starttls=None)),
        (
            "smtp://u:p@relay:25?starttls=never",
            MailServer("relay", 25, "u", "p", is_tls=False, starttls=False),
        ),
        (
            "smtp://relay?starttls=required",
            MailServer("relay", 25, None, None, is_tls=False, starttls=True),
        ),
        (
            "smtps://me%40example.org:p%2Fw%3A%40@mail.example",
            MailServer("mail.example", 465, "me@example.org", "p/w:@", is_tls=True, starttls=False),
        ),
    ],
)
def test_a_mail_server_is_read(url: str, expected: MailServer) -> None:
    assert MailServer.parse(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example",
        "http://u:hunter2@mail.example",
        "smtp://",
        "smtp://u:hunter2@h?starttls=perhaps",
        "smtp://h:99999",
    ],
)
def test_what_is_no_mail_server_is_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        MailServer.parse(url)
    assert "hunter2" not in str(refused.value)


def test_a_mail_server_does_not_show_its_password() -> None:
    assert "hunter2" not in repr(MailServer.parse("smtp://u:hunter2@mail.example"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("signoff@example.org", Sender("Signoff", "signoff@example.org")),
        ("Redaktion Süd <post@example.org>", Sender("Redaktion Süd", "post@example.org")),
    ],
)
def test_a_sender_is_read(text: str, expected: Sender) -> None:
    assert Sender.parse(text) == expected


@pytest.mark.parametrize("text", ["", "Signoff", "a@b\r\nBcc: c@d", "a b@c"])
def test_what_is_no_sender_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Sender.parse(text)


async def test_without_a_server_notices_stay_on_the_page_and_letters_are_refused() -> None:
    route = PageOnly()
    assert not route.is_configured
    await route.deliver(Notice("Title", "Cause", "Step", "https://a.example", ("a@example.test",), key="k"))
    with pytest.raises(PermanentFailure) as refused:
        await route.send(Letter("a@example.test", "Sign in", "link"))
    assert refused.value.refused == ("a@example.test",)
    assert "SIGNOFF_SMTP_URL" in refused.value.next_step
