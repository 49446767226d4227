from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signoff.connectors.graph.addresses import may_be_public, media_warnings


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://signoff.example.com", True),
        ("https://signoff.example.com:8443/base", True),
        ("https://93.184.216.34", True),
        ("http://signoff.example.com", False),
        ("https://localhost", False),
        ("https://signoff", False),
        ("https://signoff.local", False),
        ("https://x.internal.", False),
        ("https://127.0.0.1", False),
        ("https://10.1.2.3", False),
        ("https://192.168.0.9:8000", False),
        ("https://[::1]", False),
        ("https://[::ffff:10.0.0.1]", False),
        ("https://[", False),
        ("https://x:99999", False),
        ("", False),
    ],
)
def test_an_address_that_meta_cannot_reach_is_told(url: str, expected: bool) -> None:
    assert may_be_public(url) is expected
    assert bool(media_warnings(url, is_sandbox=False)) is not expected
    assert media_warnings(url, is_sandbox=True) == ()


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    assert may_be_public(text) in {True, False}
