"""Public addresses of pictures: they hold for one picture, one organization and a limited time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signoff.kernel.errors import NotFound
from signoff.kernel.ids import OrganizationId
from signoff.media.addresses import Address, sign_address, verify_address
from signoff.vault import Vault

NOW = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
VAULT = Vault(["k" * 40])
SECOND = timedelta(seconds=1)
PICTURE = Address(OrganizationId(UUID("018f3a7e-7b1c-7cc0-8000-000000000001")), "ab" * 32, "image/webp")


def signed(**changes: timedelta) -> str:
    return sign_address(VAULT, PICTURE, base_url="https://signoff.example/", now=NOW, **changes)


def opened(address: str, now: datetime = NOW, vault: Vault = VAULT) -> Address:
    parts = urlsplit(address)
    _, _, organization, file_name = parts.path.split("/")
    query = parse_qs(parts.query)
    return verify_address(
        vault, organization, file_name, expires=query["e"][0], signature=query["s"][0], now=now
    )


def test_an_address_is_plain_and_leads_back_to_its_picture() -> None:
    address = signed()
    assert re.fullmatch(
        r"https://signoff\.example/m/[0-9a-f-]{36}/[0-9a-f]{64}\.webp\?e=\d+&s=[\w-]{43}", address, re.ASCII
    )
    assert opened(address) == PICTURE


def test_an_address_holds_for_a_day_unless_told_otherwise() -> None:
    assert opened(signed(), NOW + timedelta(hours=24) - SECOND) == PICTURE
    with pytest.raises(NotFound, match="expired"):
        opened(signed(), NOW + timedelta(hours=24))
    with pytest.raises(NotFound, match="expired"):
        opened(signed(life=timedelta(minutes=5)), NOW + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("018f3a7e-7b1c-7cc0-8000-000000000001", "018f3a7e-7b1c-7cc0-8000-000000000002"),
        ("ab" * 32, "cd" * 32),
        (".webp", ".html"),
        (".webp", ".jpg"),
        ("e=", "e=9"),
        ("s=", "s=A"),
    ],
)
def test_an_altered_address_leads_nowhere(old: str, new: str) -> None:
    with pytest.raises(NotFound, match="altered"):
        opened(signed().replace(old, new))


def test_an_address_of_another_installation_leads_nowhere() -> None:
    with pytest.raises(NotFound):
        opened(signed(), vault=Vault(["another" * 8]))


def test_a_signature_made_for_something_else_does_not_hold() -> None:
    expires = str(int((NOW + timedelta(hours=1)).timestamp()))
    path = f"/m/{PICTURE.organization_id}/{PICTURE.digest}.webp?e={expires}"
    with pytest.raises(NotFound):
        opened(f"{path}&s={VAULT.sign('invitation', path)}")


@given(st.text(), st.text(), st.text(), st.text())
def test_made_up_parts_lead_nowhere(organization: str, file_name: str, expires: str, signature: str) -> None:
    with pytest.raises(NotFound):
        verify_address(VAULT, organization, file_name, expires=expires, signature=signature, now=NOW)
