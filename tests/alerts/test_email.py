"""Mail that really goes over SMTP: what arrives, and what is told about what doesn't."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from signoff.alerts.base import Letter, Notice, PermanentFailure, TemporaryFailure
from signoff.alerts.email import Email
from signoff.alerts.messages import Sender
from signoff.alerts.server import MailServer
from signoff.kernel.clock import SystemClock
from tests.alerts.wire import WireServer, wire
from tests.support.mail import Mailbox

SENDER = Sender("Signoff", "signoff@example.test")
LETTER = Letter("someone@example.test", "Sign in", "https://signoff.example/sign-in/abc")
server = pytest.mark.server


def email(url: str, answer_within: timedelta = timedelta(seconds=10)) -> Email:
    return Email(MailServer.parse(url), SENDER, SystemClock(), answer_within=answer_within)


def notice(*recipients: str, title: str = "“Hello” wasn't published", count: int = 1) -> Notice:
    return Notice(
        title=title,
        cause="WordPress refused the password <b>twice</b>.",
        next_step="Connect the channel again.",
        link="https://signoff.example/deliveries/1?a=1&b=2",
        recipients=recipients,
        key="alert-1",
        count=count,
    )


@server
async def test_a_notice_says_what_happened_what_to_do_and_where(mailbox: Mailbox) -> None:
    to = mailbox.address()
    await email(mailbox.smtp_url).deliver(notice(to, count=3))
    (message,) = await mailbox.messages_to(to)
    assert message["subject"] == "“Hello” wasn't published"
    assert message["from"] == "signoff@example.test"
    assert message["login"] == mailbox.username
    for part in (message["text"], message["html"]):
        assert "This happened 3 times." in part
        assert "Connect the channel again." in part
    assert "password <b>twice</b>." in message["text"]
    assert "password &lt;b&gt;twice&lt;/b&gt;." in message["html"]
    assert "https://signoff.example/deliveries/1?a=1&b=2" in message["text"].splitlines()
    assert 'href="https://signoff.example/deliveries/1?a=1&amp;b=2"' in message["html"]
    headers = message["headers"]
    assert (headers["From"], headers["To"]) == ("Signoff <signoff@example.test>", to)
    assert headers["Auto-Submitted"] == "auto-generated"
    assert abs(parsedate_to_datetime(headers["Date"]) - datetime.now(UTC)) < timedelta(minutes=1)


@server
async def test_each_recipient_gets_a_mail_of_their_own(mailbox: Mailbox) -> None:
    people = [mailbox.address() for _ in range(3)]
    await email(mailbox.smtp_url).deliver(notice(*people))
    for person in people:
        (message,) = await mailbox.messages_to(person)
        assert message["to"] == [person]
        raw = await mailbox.raw(message)
        assert not any(other.encode() in raw for other in people if other != person)


@server
async def test_a_repeated_notice_can_be_recognised(mailbox: Mailbox) -> None:
    one, other = mailbox.address(), mailbox.address()
    for _ in range(2):
        await email(mailbox.smtp_url).deliver(notice(one, other))
    ids = [message["headers"]["Message-ID"] for message in await mailbox.messages_to(one)]
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert ids[0] != (await mailbox.messages_to(other))[0]["headers"]["Message-ID"]


@server
async def test_a_letter_arrives_as_it_was_written(mailbox: Mailbox) -> None:
    to, link = mailbox.address(), "https://signoff.example/sign-in/" + "x" * 900
    await email(mailbox.smtp_url).send(Letter(to, "Zugang für Zoë", f"Grüß Gott,\n\n{link}\n.\nEnde\n"))
    (message,) = await mailbox.messages_to(to)
    assert message["subject"] == "Zugang für Zoë"
    assert message["text"].splitlines() == ["Grüß Gott,", "", link, ".", "Ende"]
    assert max(map(len, (await mailbox.raw(message)).splitlines())) < 1000


@server
async def test_mail_goes_out_without_a_login_where_none_is_needed(mailbox: Mailbox) -> None:
    to = mailbox.address()
    await email(f"smtp://{mailbox.host}:{mailbox.port}").send(Letter(to, "Hello", "Hello"))
    assert [message["login"] for message in await mailbox.messages_to(to)] == [None]


@server
async def test_who_is_refused_for_good_is_told_and_the_others_get_their_mail(mailbox: Mailbox) -> None:
    good, gone, broken = mailbox.address(), mailbox.address("bounce.test"), "nobody"
    with pytest.raises(PermanentFailure, match="isn't a mail address") as failure:
        await email(mailbox.smtp_url).deliver(notice(gone, broken, good))
    assert set(failure.value.refused) == {gone, broken}
    assert failure.value.next_step
    assert len(await mailbox.messages_to(good)) == 1
    with pytest.raises(PermanentFailure, match=r"550: 5\.1\.1 no such user"):
        await email(mailbox.smtp_url).send(Letter(gone, "Hello", "Hello"))


@server
async def test_who_is_refused_for_now_can_be_tried_again_alone(mailbox: Mailbox) -> None:
    good, busy, gone = mailbox.address(), mailbox.address("busy.test"), mailbox.address("bounce.test")
    with pytest.raises(TemporaryFailure, match=r"451: 4\.3\.0 try again later") as failure:
        await email(mailbox.smtp_url).deliver(notice(busy, gone, good))
    assert failure.value.recipients == (busy,)
    assert failure.value.refused == (gone,)
    assert len(await mailbox.messages_to(good)) == 1


@server
async def test_a_refused_login_can_be_put_right(mailbox: Mailbox) -> None:
    to = mailbox.address()
    with pytest.raises(TemporaryFailure, match="535") as failure:
        await email(f"smtp://signoff:wrong@{mailbox.host}:{mailbox.port}").deliver(notice(to))
    assert failure.value.recipients == (to,)
    assert "SIGNOFF_SMTP_URL" in failure.value.next_step
    assert "wrong" not in str(failure.value)


@server
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x00"])
async def test_no_text_can_add_a_header(mailbox: Mailbox, line_end: str) -> None:
    to = mailbox.address()
    evil = f"Hello{line_end}Bcc: victim@example.test{line_end}{line_end}Body"
    await email(mailbox.smtp_url).deliver(notice(to, title=evil))
    (message,) = await mailbox.messages_to(to)
    assert message["subject"] == "Hello Bcc: victim@example.test Body"
    assert "Bcc" not in message["headers"]
    assert message["to"] == [to]


@server
@pytest.mark.parametrize(
    "evil", ["{}\r\nBcc: victim@example.test", "{}, victim@example.test", "{} victim@example.test", "<{}", ""]
)
async def test_no_recipient_can_add_another(mailbox: Mailbox, evil: str) -> None:
    to = mailbox.address()
    with pytest.raises(PermanentFailure, match="isn't a mail address"):
        await email(mailbox.smtp_url).send(Letter(evil.format(to), "Hello", "Hello"))
    assert await mailbox.messages_to(to) == []


@server
@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://a.example/\r\nX: y", "/relative", ""])
async def test_a_mail_carries_only_addresses_of_pages(mailbox: Mailbox, link: str) -> None:
    to = mailbox.address()
    await email(mailbox.smtp_url).deliver(Notice("Title", "Cause", "Step", link, (to,), key="k"))
    (message,) = await mailbox.messages_to(to)
    assert "href" not in message["html"]
    assert "alert(1)" not in message["text"]


@server
async def test_an_address_may_have_any_letters(mailbox: Mailbox) -> None:
    person = f"zoë{mailbox.address('')}"
    await email(mailbox.smtp_url).send(Letter(f"{person}exämple.test", "Hello", "Hello"))
    assert len(await mailbox.messages_to(f"{person}xn--exmple-cua.test")) == 1


async def test_an_address_whose_letters_the_server_cannot_take_is_told() -> None:
    async with wire(WireServer()) as old:
        with pytest.raises(PermanentFailure, match="SMTPUTF8"):
            await email(f"smtp://127.0.0.1:{old.port}").send(Letter("zoë@example.test", "Hello", "Hello"))


async def test_a_server_that_is_not_there_can_be_tried_again() -> None:
    async with wire(WireServer()) as closed:
        url = f"smtp://127.0.0.1:{closed.port}"
    with pytest.raises(TemporaryFailure, match="can't be used") as failure:
        await email(url).send(LETTER)
    assert failure.value.recipients == (LETTER.to,)


@pytest.mark.parametrize("silent_at", ["", "EHLO", "MAIL", "RCPT", "DATA", "."])
async def test_a_server_that_stays_silent_is_given_up(silent_at: str) -> None:
    async with wire(WireServer({silent_at: None})) as silent:
        with pytest.raises(TemporaryFailure, match="didn't answer in time"):
            await email(f"smtp://127.0.0.1:{silent.port}", timedelta(seconds=0.3)).send(LETTER)


@pytest.mark.parametrize("ends_at", ["", "EHLO", "MAIL", "RCPT", "."])
async def test_a_broken_connection_can_be_tried_again(ends_at: str) -> None:
    async with wire(WireServer({ends_at: "hang up"})) as broken:
        with pytest.raises(TemporaryFailure) as failure:
            await email(f"smtp://127.0.0.1:{broken.port}").deliver(notice("a@example.test", "b@example.test"))
    assert failure.value.recipients == ("a@example.test", "b@example.test")


@pytest.mark.parametrize(
    ("refused_at", "answer", "is_for_good"),
    [
        ("MAIL", "550 sender not allowed", False),
        ("RCPT", "550 no such user", True),
        ("RCPT", "450 greylisted", False),
        ("DATA", "554 no", True),
        (".", "554 looks like spam", True),
        (".", "452 disk full", False),
    ],
)
async def test_only_what_concerns_the_recipient_or_the_text_is_for_good(
    refused_at: str, answer: str, is_for_good: bool
) -> None:
    async with wire(WireServer({refused_at: answer})) as refusing:
        with pytest.raises(PermanentFailure if is_for_good else TemporaryFailure) as failure:
            await email(f"smtp://127.0.0.1:{refusing.port}").send(LETTER)
    assert answer.partition(" ")[2] in failure.value.detail


async def test_a_lost_goodbye_does_not_matter() -> None:
    async with wire(WireServer({"QUIT": "hang up"})) as server:
        await email(f"smtp://127.0.0.1:{server.port}").send(LETTER)
    assert len(server.messages) == 1


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that this process trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "wire.test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


async def test_smtps_is_encrypted_from_the_first_byte(tls: ssl.SSLContext) -> None:
    async with wire(WireServer(tls=tls), tls_from_the_start=True) as server:
        await email(f"smtps://me:secret@127.0.0.1:{server.port}").send(LETTER)
    assert server.commands == []
    assert any(line.startswith("AUTH") for line in server.secure_commands)
    assert len(server.messages) == 1


async def test_encryption_that_is_offered_is_used_before_the_login(tls: ssl.SSLContext) -> None:
    async with wire(WireServer(tls=tls, offers_starttls=True)) as server:
        await email(f"smtp://me:secret@127.0.0.1:{server.port}").send(LETTER)
    assert [line.partition(" ")[0] for line in server.commands] == ["EHLO", "STARTTLS"]
    assert any(line.startswith("AUTH") for line in server.secure_commands)
    assert len(server.messages) == 1


async def test_a_certificate_that_nobody_vouches_for_is_not_accepted(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    async with wire(WireServer(tls=tls), tls_from_the_start=True) as server:
        with pytest.raises(TemporaryFailure, match="certificate"):
            await email(f"smtps://me:secret@127.0.0.1:{server.port}").send(LETTER)
    assert server.messages == []


async def test_where_encryption_is_required_nothing_is_sent_without_it() -> None:
    async with wire(WireServer()) as server:
        with pytest.raises(TemporaryFailure, match="STARTTLS"):
            await email(f"smtp://me:secret@127.0.0.1:{server.port}?starttls=required").send(LETTER)
    assert not any(line.startswith(("AUTH", "MAIL")) for line in server.commands)


async def test_encryption_can_be_switched_off(tls: ssl.SSLContext) -> None:
    async with wire(WireServer(tls=tls, offers_starttls=True)) as server:
        await email(f"smtp://127.0.0.1:{server.port}?starttls=never").send(LETTER)
    assert "STARTTLS" not in server.commands
    assert len(server.messages) == 1
