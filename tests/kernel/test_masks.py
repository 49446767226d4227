"""Secrets in pages: never twice the same, and only the right one is taken."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from signoff.kernel.masks import masked, proves

SECRETS = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_", min_size=20, max_size=60)


@given(SECRETS)
def test_a_secret_is_masked_anew_each_time_and_recognized(secret: str) -> None:
    first, second = masked(secret), masked(secret)
    assert first != second
    assert secret not in first
    assert proves(first, secret)
    assert proves(second, secret)
    assert proves(secret, secret)


@given(SECRETS, SECRETS | st.text(max_size=90))
def test_nothing_else_is_taken(secret: str, other: str) -> None:
    if other == secret:
        other += "x"
    assert not proves(other, secret)
    assert not proves(masked(other), secret)
    assert not proves(masked(secret)[:-4], secret)
    assert not proves("", secret)
