"""One post, however its address is spelled."""

from __future__ import annotations

import pytest

from signoff.kernel.post_address import same_address


@pytest.mark.parametrize(
    "spelled",
    [
        "https://board.example/p/1",
        " HTTP://www.Board.Example:80/p/1/ ",
        "https://m.board.example./p/1?utm_source=mail&igsh=abc#comments",
        "https://board.example:443/%70/1",
    ],
)
def test_spellings_of_one_address_are_the_same(spelled: str) -> None:
    assert same_address(spelled) == "https://board.example/p/1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://board.example/p/1", "https://board.example/p/2"),
        ("https://board.example/p/a", "https://board.example/p/A"),
        ("https://board.example/story?id=1", "https://board.example/story?id=2"),
        ("https://board.example/p/1", "https://board.example:8443/p/1"),
        ("https://board.example/p/1", "https://cork.example/p/1"),
    ],
)
def test_addresses_of_others_are_others(one: str, other: str) -> None:
    assert same_address(one) != same_address(other)


def test_the_order_of_parameters_makes_no_difference() -> None:
    one, other = "https://board.example/story?id=1&page=2", "https://board.example/story?page=2&id=1"
    assert same_address(one) == same_address(other)


@pytest.mark.parametrize(
    "nothing", ["", "board.example/p/1", "ftp://board.example/p", "https://[", "http://"]
)
def test_what_is_no_address_is_none(nothing: str) -> None:
    assert same_address(nothing) == ""
