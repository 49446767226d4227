"""What Instagram takes as a caption and as an alternative text."""

from __future__ import annotations

import re
from typing import Final

from signoff.sandbox.graph.calls import Call
from signoff.sandbox.graph.errors import GraphError, invalid

CAPTION_CHARS: Final = 2200
HASHTAGS: Final = 30
MENTIONS: Final = 20
ALT_TEXT_CHARS: Final = 1000


def checked_caption(call: Call) -> str:
    """Give the caption.

    Raises:
        GraphError: 36004/2207010 for its length or its hashtags, 100/2207040 for its mentions.
    """
    caption = call.text("caption")
    if len(caption) > CAPTION_CHARS or len(re.findall(r"#\w+", caption)) > HASHTAGS:
        raise GraphError(36004, 2207010)
    if len(re.findall(r"(?<!\w)@\w", caption)) > MENTIONS:
        raise GraphError(100, 2207040)
    return caption


def checked_alt_text(call: Call) -> str:
    alt_text = call.text("alt_text")
    if len(alt_text) > ALT_TEXT_CHARS:
        raise invalid(f"param alt_text must be no more than {ALT_TEXT_CHARS} characters long.")
    return alt_text
