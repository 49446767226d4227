"""The servers that other tests rely on start, answer, and are shared."""

import smtplib
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from uuid import uuid4

import aiohttp
import pytest

from tests.servers.running import start

pytestmark = [pytest.mark.server, pytest.mark.timeout(400)]  # the first start fetches and installs


def test_calls_at_the_same_time_get_the_same_server() -> None:
    with ThreadPoolExecutor(4) as callers:
        answers = list(callers.map(start, ["mail"] * 4))
    assert answers == [answers[0]] * 4


async def test_mail_is_kept_with_its_envelope() -> None:
    mail = start("mail")
    recipient = f"{uuid4().hex}@example.test"
    with smtplib.SMTP(mail["SMTP_HOST"], int(mail["SMTP_PORT"])) as smtp:
        smtp.login(mail["SMTP_USER"], mail["SMTP_PASSWORD"])
        smtp.sendmail("signoff@example.test", [recipient], "Subject: Hello\r\n\r\nA text.\r\n")
    async with aiohttp.ClientSession() as http, http.get(f"{mail['MAIL_API_URL']}/messages") as reply:
        (message,) = [message for message in await reply.json() if recipient in message["to"]]
    assert (message["subject"], message["text"].strip(), message["login"]) == ("Hello", "A text.", "signoff")


@pytest.mark.parametrize(("domain", "code"), [("bounce.test", 550), ("busy.test", 451)])
def test_mail_is_refused_where_a_test_wants_it(domain: str, code: int) -> None:
    mail = start("mail")
    with (
        smtplib.SMTP(mail["SMTP_HOST"], int(mail["SMTP_PORT"])) as smtp,
        pytest.raises(smtplib.SMTPRecipientsRefused) as refusal,
    ):
        smtp.sendmail("signoff@example.test", [f"x@{domain}"], "Subject: Hello\r\n\r\n")
    assert [answer[0] for answer in refusal.value.recipients.values()] == [code]


@pytest.mark.parametrize(
    ("who", "status"), [("AUTHOR", HTTPStatus.CREATED), ("SUBSCRIBER", HTTPStatus.FORBIDDEN)]
)
async def test_wordpress_knows_its_users(who: str, status: HTTPStatus) -> None:
    site = start("wordpress")
    login = f"{site[f'WORDPRESS_{who}_USER']}:{site[f'WORDPRESS_{who}_APP_PASSWORD']}"
    async with (
        aiohttp.ClientSession(
            headers={"Authorization": f"Basic {b64encode(login.encode()).decode()}"}
        ) as http,
        http.post(f"{site['WORDPRESS_URL']}/wp-json/wp/v2/posts", json={"title": "Hello"}) as reply,
    ):
        assert reply.status == status
