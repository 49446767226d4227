"""The quick way to the canonical text gives what RFC 8785 gives."""

from __future__ import annotations

from typing import Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from signoff.audit.canonical import canonical

TEXTS = st.text(st.characters(codec="utf-8"))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=6))
def test_whatever_is_said_has_one_text(said: dict[str, Any]) -> None:
    assert canonical(said) == rfc8785.dumps(said)


@given(st.dictionaries(st.text('abcz_\x00\x1f\x7f"\\/é\U0001f600', max_size=3), VALUES, max_size=6))
def test_names_are_in_the_order_of_the_standard(said: dict[str, Any]) -> None:
    assert canonical(said) == rfc8785.dumps(said)
