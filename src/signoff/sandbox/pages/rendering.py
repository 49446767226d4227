"""Templates, and how they write moments and texts."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

_MARKED: Final = re.compile(r"(?<![\w/])([#@][\w.]*\w)|(https?://\S+)")


def moment(at: datetime) -> str:
    """Write a moment for people; the sandbox knows no time zone but UTC."""
    return f"{at.day} {at:%B %Y, %H:%M:%S} UTC"


def marked(text: str) -> Markup:
    """Escape a post's text, set off hashtags, mentions and addresses, keep its lines."""
    tagged = Markup('<span class="tagged">{}</span>')
    parts, end = [], 0
    for found in _MARKED.finditer(text):
        parts += [escape(text[end : found.start()]), tagged.format(found[0])]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])]).replace("\n", Markup("<br>"))


_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters.update(moment=moment, marked=marked)


def page(template: str, status: int = 200, **values: object) -> HTMLResponse:
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(values), status)
