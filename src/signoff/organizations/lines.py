"""Names and the like as people type or paste them."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Give the text without line ends, tabs and invisible characters; NUL is one that can't be stored."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
