"""Secrets at rest and signatures: what opens, what doesn't, and what changing keys does."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signoff.vault import SecretLocked, Vault

OLD, NEW, FOREIGN = ("old-" + "o" * 40, "new-" + "n" * 40, "foreign-" + "f" * 40)
json_objects = st.dictionaries(
    st.text(max_size=20), st.text(max_size=40) | st.integers() | st.booleans(), max_size=5
)


@given(json_objects)
def test_what_was_sealed_opens_unchanged(secret: dict[str, Any]) -> None:
    assert Vault([NEW]).open_secret(Vault([NEW]).seal_secret(secret)) == secret


def test_a_sealed_secret_shows_nothing_of_its_content() -> None:
    sealed = [Vault([NEW]).seal_secret({"access_token": "EAAB-hunter2"}) for _ in range(2)]
    assert all(b"access_token" not in one and b"hunter2" not in one for one in sealed)
    assert sealed[0] != sealed[1]


def test_an_older_key_still_opens() -> None:
    sealed = Vault([OLD]).seal_secret({"token": "t"})
    assert Vault([NEW, OLD]).open_secret(sealed) == {"token": "t"}


def test_after_rotation_the_old_key_is_needed_no_more() -> None:
    sealed = Vault([NEW, OLD]).rotate(Vault([OLD]).seal_secret({"token": "t"}))
    assert Vault([NEW]).open_secret(sealed) == {"token": "t"}
    with pytest.raises(SecretLocked):
        Vault([OLD]).open_secret(sealed)


@pytest.mark.parametrize(
    "sealed", [b"", b"nonsense", Vault([FOREIGN]).seal_secret({"a": 1})], ids=["empty", "nonsense", "foreign"]
)
def test_what_no_key_opens_says_what_to_do(sealed: bytes) -> None:
    for use in (Vault([NEW]).open_secret, Vault([NEW]).rotate):
        with pytest.raises(SecretLocked) as locked:
            use(sealed)
        assert "SIGNOFF_SECRET_KEY" in locked.value.next_step


@given(st.data())
def test_an_altered_secret_does_not_open(data: st.DataObject) -> None:
    sealed = bytearray(Vault([NEW]).seal_secret({"token": "t"}))
    at = data.draw(st.integers(0, len(sealed) - 5))  # the last characters carry bits that base64 ignores
    sealed[at] = data.draw(
        st.sampled_from(string.ascii_letters.encode()).filter(lambda new: new != sealed[at])
    )
    with pytest.raises(SecretLocked):
        Vault([NEW]).open_secret(bytes(sealed))


@given(st.text(), st.text())
def test_a_signature_holds_for_its_text_and_purpose_only(text: str, other: str) -> None:
    vault = Vault([NEW])
    signature = vault.sign("media", text)
    assert vault.verify("media", text, signature)
    assert not vault.verify("invitation", text, signature)
    assert vault.verify("media", other, signature) == (text == other)


def test_a_signature_is_plain_and_fits_into_an_address() -> None:
    signature = Vault([NEW]).sign("media", "text")
    assert len(signature) == 43
    assert set(signature) <= set(string.ascii_letters + string.digits + "-_")


def test_signatures_of_an_older_key_hold_while_the_key_is_kept() -> None:
    signature = Vault([OLD]).sign("media", "text")
    assert Vault([NEW, OLD]).verify("media", "text", signature)
    assert not Vault([NEW]).verify("media", "text", signature)


@pytest.mark.parametrize("signature", ["", "x", "ünïcödé", "A" * 43])
def test_a_made_up_signature_does_not_hold(signature: str) -> None:
    assert not Vault([NEW, OLD]).verify("media", "text", signature)


def test_keys_are_told_apart_without_being_shown() -> None:
    ids = Vault([NEW, OLD]).key_ids
    assert ids == (Vault([NEW]).key_ids[0], Vault([OLD]).key_ids[0])
    assert len(set(ids)) == 2
    assert not any(one in NEW + OLD for one in ids)


@pytest.mark.parametrize("keys", [[], ["short"], [NEW, "short"], [""]])
def test_keys_that_cannot_be_random_are_refused(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="key"):
        Vault(keys)


def test_a_vault_does_not_show_its_keys() -> None:
    assert NEW not in repr(Vault([NEW]))
