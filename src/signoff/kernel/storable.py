"""Which characters can be kept: JSON and Python have some that UTF-8 or PostgreSQL hasn't."""

from __future__ import annotations

import re
from typing import Final

UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
"""NUL, and halves of surrogate pairs."""
