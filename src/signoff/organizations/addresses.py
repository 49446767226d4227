"""Mail addresses as people type them."""

from __future__ import annotations

import re
from typing import Final

from signoff.kernel.errors import Invalid

_MOST_CHARS: Final = 254
# Whether an address exists, only a letter shows. What could end a header or name another receiver is refused.
_SIGN: Final = r"""[^\s@<>(),;:"\\\[\]\x00-\x1f\x7f]"""
_ADDRESS: Final = re.compile(f"{_SIGN}{{1,64}}@{_SIGN}+")


def mail_address(text: str) -> str:
    """Give the address in lower case, as it is stored and compared.

    Raises:
        Invalid: It isn't one mail address.
    """
    address = text.strip().lower()
    if len(address) > _MOST_CHARS or not _ADDRESS.fullmatch(address):
        raise Invalid("This isn't a mail address.", field="email", next_step="Write it as name@example.com.")
    return address
