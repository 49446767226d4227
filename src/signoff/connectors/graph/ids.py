"""Ids as Meta forms them. What isn't one is never believed, kept, or put into an address."""

from __future__ import annotations

import re
from typing import Final

_NUMBER: Final = re.compile(r"[0-9]+")
_POST: Final = re.compile(r"(?:([0-9]+)_)?[0-9]+")
_WORD: Final = re.compile(r"[a-z]+(?:_[a-z]+)*")


def is_number(id: str) -> bool:
    """Tell whether it is the id of an account, an upload, a photo, or a post on Instagram."""
    return _NUMBER.fullmatch(id) is not None


def is_post_of(id: str, account_id: str) -> bool:
    """Tell whether it is the id of a post, and of this Page's where it names a Page."""
    found = _POST.fullmatch(id)
    return found is not None and found[1] in {None, account_id}


def fits_path(part: str) -> bool:
    """Tell whether it is an id or the name of an edge: nothing that leads to another place."""
    return bool(_POST.fullmatch(part) or _WORD.fullmatch(part))
