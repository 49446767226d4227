"""What forms and addresses carry: everything comes as text, and anybody can type an address."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from starlette.datastructures import FormData, UploadFile

_MOST_DIGITS: Final = 9


def chosen_id(text: str) -> UUID | None:
    """Read an id that a list offered; None for the entry that stands for all, and for what isn't one."""
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def texts(form: FormData, name: str) -> list[str]:
    """Give all values of a field that are text, in order."""
    return [value for value in form.getlist(name) if isinstance(value, str)]


def text(form: FormData, name: str) -> str:
    """Give a field's text without the carriage returns that browsers put into it; empty if it isn't there."""
    value = form.get(name, "")
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""


def number(typed: str) -> int | None:
    """Read the number of a rule; None: the field is empty. What is no number is 0, which no rule takes."""
    if not typed:
        return None
    return int(typed) if typed.isdecimal() and len(typed) <= _MOST_DIGITS else 0


def files(form: FormData, name: str) -> list[UploadFile]:
    """Give the files that were chosen; an empty file input sends one without a name."""
    return [value for value in form.getlist(name) if isinstance(value, UploadFile) and value.filename]
