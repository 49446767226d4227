"""The cookies of the pages: the session, and one message for the page that follows."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from signoff.settings import Settings
from signoff.web.forms import chosen_id
from signoff.web.words import Tone

_MESSAGE: Final = "signoff_message"
_KEYS: Final = "signoff_keys"
_BRAND: Final = "signoff_brand"
_SESSION_LASTS: Final = timedelta(days=30)
_MESSAGE_LASTS: Final = timedelta(minutes=1)
_MOST_CHARS: Final = 600
_MOST_BYTES: Final = 3900
"""Browsers drop a cookie of more than 4,096."""


@dataclass(frozen=True, slots=True)
class Undo:
    """A form that takes back what was just done."""

    path: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Message:
    """What the next page tells once: that something was done."""

    text: str
    icon: str = "check"
    tone: Tone = "ok"
    undo: Undo | None = None


def is_secure(settings: Settings) -> bool:
    """Cookies go over https only, except in development over plain http."""
    return not (settings.is_development and settings.address.startswith("http://"))


def session_cookie(settings: Settings) -> str:
    """Give the cookie's name; with the prefix, browsers refuse one that another host planted."""
    return "__Host-signoff" if is_secure(settings) else "signoff"


def remember_session(response: Response, settings: Settings, secret: str) -> None:
    """Sign the browser in."""
    response.set_cookie(
        session_cookie(settings),
        secret,
        max_age=int(_SESSION_LASTS.total_seconds()),
        path="/",
        secure=is_secure(settings),
        httponly=True,
        samesite="lax",
    )


def forget_session(response: Response, settings: Settings) -> None:
    """Sign the browser out."""
    response.delete_cookie(
        session_cookie(settings), path="/", secure=is_secure(settings), httponly=True, samesite="lax"
    )


def leave_message(response: Response, settings: Settings, message: Message) -> None:
    """Have the next page say something. Where undoing it would take too much room, it isn't offered."""
    told = asdict(message) | {"text": message.text[:_MOST_CHARS]}
    value = base64.urlsafe_b64encode(json.dumps(told).encode()).decode()
    if len(value) > _MOST_BYTES:
        value = base64.urlsafe_b64encode(json.dumps(told | {"undo": None}).encode()).decode()
    response.set_cookie(
        _MESSAGE,
        value,
        max_age=int(_MESSAGE_LASTS.total_seconds()),
        path="/",
        secure=is_secure(settings),
        httponly=True,
        samesite="lax",
    )


def read_message(request: Request) -> Message | None:
    """Give what the page before left; None if there is nothing, or nothing of ours."""
    try:
        told = json.loads(base64.urlsafe_b64decode(request.cookies.get(_MESSAGE, "")))
        undo = Undo(**told["undo"]) if told.get("undo") else None
        return Message(str(told["text"]), str(told["icon"]), told["tone"], undo)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
        return None


def clear_message(response: Response, settings: Settings) -> None:
    """Say it once only."""
    response.delete_cookie(_MESSAGE, path="/", secure=is_secure(settings), httponly=True, samesite="lax")


def remembered_brand(request: Request) -> str:
    """Give the brand that was chosen last in this browser; empty: all of them."""
    return str(chosen_id(request.cookies.get(_BRAND, "")) or "")


def remember_brand(response: Response, settings: Settings, brand: str) -> None:
    """Have the navigation lead to this brand's lists from now on; empty: to all."""
    if not brand:
        response.delete_cookie(_BRAND, path="/", secure=is_secure(settings), httponly=True, samesite="lax")
        return
    response.set_cookie(_BRAND, brand, path="/", secure=is_secure(settings), httponly=True, samesite="lax")


def are_keys_on(request: Request) -> bool:
    """Tell whether single letters are shortcuts in this browser."""
    return request.cookies.get(_KEYS) != "off"


def remember_keys(response: Response, settings: Settings, *, is_on: bool) -> None:
    """Switch the shortcuts on or off for this browser."""
    if is_on:
        response.delete_cookie(_KEYS, path="/", secure=is_secure(settings), httponly=True, samesite="lax")
        return
    response.set_cookie(
        _KEYS,
        "off",
        max_age=int(timedelta(days=400).total_seconds()),
        path="/",
        secure=is_secure(settings),
        httponly=True,
        samesite="lax",
    )
