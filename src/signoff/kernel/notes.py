"""What people write to each other: comments and reasons, as far as they can be kept."""

from __future__ import annotations

from typing import Final

from signoff.kernel.errors import Invalid
from signoff.kernel.storable import UNSTORABLE

NOTE_CHARS: Final = 5000


def checked_note(text: str, field: str) -> str:
    """Give a comment or reason without the blanks around it.

    Raises:
        Invalid: It is too long, or holds what the database can't store.
    """
    note = text.strip()
    if (over := len(note) - NOTE_CHARS) > 0:
        raise Invalid(f"This is {over} characters too long ({NOTE_CHARS} at most).", field=field)
    if UNSTORABLE.search(note):
        raise Invalid("This holds a character that can't be stored (NUL).", field=field)
    return note
