"""Pages and their cursors."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signoff.kernel.errors import Invalid
from signoff.records.pages import checked_limit, decode_cursor, decode_moment, encode_cursor


@given(st.text(), st.uuids())
def test_a_cursor_gives_back_what_it_was_made_of(value: str, row_id: object) -> None:
    assert decode_cursor(encode_cursor(value, row_id)) == (value, row_id)  # type: ignore[arg-type]


@given(st.text())
def test_whatever_else_is_sent_is_refused_in_words(text: str) -> None:
    with pytest.raises(Invalid):
        decode_cursor(text)


@pytest.mark.parametrize("value", ["Bread", "", "2026-07-15T09:00:00", "2026-13-01T00:00:00+00:00"])
def test_a_cursor_of_another_order_is_no_moment(value: str) -> None:
    with pytest.raises(Invalid, match="another sort order"):
        decode_moment(encode_cursor(value, uuid4()))


def test_a_moment_is_exact() -> None:
    moment, row_id = datetime(2026, 7, 15, 9, 0, 0, 123456, tzinfo=UTC), uuid4()
    assert decode_moment(encode_cursor(moment.isoformat(), row_id)) == (moment, row_id)


@pytest.mark.parametrize("limit", [0, -1, 101])
def test_a_page_is_neither_empty_nor_endless(limit: int) -> None:
    with pytest.raises(Invalid, match="1 to 100"):
        checked_limit(limit)
