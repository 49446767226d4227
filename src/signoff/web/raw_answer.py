"""What a platform answered, for the curious: readable, and without anything that opens an account."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

_SECRET: Final = re.compile(
    r"token|secret|passw|authoriz|cookie|credential|signature|api_?key", re.IGNORECASE
)
_IN_ADDRESS: Final = re.compile(r"([?&](?:access_token|token|key|sig|signature)=)[^&\s\"]+", re.IGNORECASE)
_HIDDEN: Final = "[left out]"
_LONGEST: Final = 2000


def readable(raw: Mapping[str, Any]) -> str:
    """Give an answer as indented JSON; what looks like a secret is left out, long texts are cut."""
    return json.dumps(_without_secrets(raw), indent=2, ensure_ascii=False, default=str)


def _without_secrets(value: object, name: str = "") -> object:
    if _SECRET.search(name) and not isinstance(value, Mapping | list):
        return _HIDDEN
    if isinstance(value, Mapping):
        return {str(key): _without_secrets(each, str(key)) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_secrets(each, name) for each in value]
    if isinstance(value, str):
        text = _IN_ADDRESS.sub(rf"\1{_HIDDEN}", value)
        return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return value
