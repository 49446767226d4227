"""What a list in the settings is searched for, and from where on it is shown, as its address says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Seek:
    """Words of a name, and the cursor of a page; empty: all, from the beginning."""

    q: str = ""
    cursor: str = ""

    @classmethod
    def of(cls, q: str = "", cursor: str = "") -> Seek:
        return cls(q.strip()[:_LONGEST], cursor)

    def address(self, path: str, cursor: str = "", **others: str) -> str:
        """Give the address of the same list from a cursor on."""
        asked = urlencode(
            {name: said for name, said in ({"q": self.q, **others, "cursor": cursor}).items() if said}
        )
        return f"{path}?{asked}" if asked else path


ALL: Final = Seek()
"""From the beginning, whatever it is called."""
