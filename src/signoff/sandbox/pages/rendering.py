"""Templates, and how they write moments and texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

_SET_OFF: Final = re.compile(r"(?<![\w/])([#@][\w.]*\w)|(https?://\S+)")


def moment(at: datetime) -> str:
    """Write a moment for people; the sandbox knows no time zone but UTC."""
    return f"{at.day} {at:%B %Y, %H:%M:%S} UTC"


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Cut a text into pieces; the flag says that one is a hashtag, a mention or an address."""
    end = 0
    for found in _SET_OFF.finditer(text):
        yield text[end : found.start()], False
        yield found[0], True
        end = found.end()
    yield text[end:], False


_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(moment=moment, pieces=pieces)


def page(template: str, status: int = 200, **values: object) -> HTMLResponse:
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(values), status)
