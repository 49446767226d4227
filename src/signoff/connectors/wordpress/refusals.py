"""What a refusing answer of WordPress means.

Status and code alone mislead (a file type that is never taken is a 500, a wrong password can be a 400), so
the order of the questions in `refusal` matters.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

import nh3

from signoff.connectors.calls import waits_until
from signoff.connectors.errors import ConnectorError, Reconnect, Refused, Throttled, TryLater
from signoff.http.answers import Reply
from signoff.http.calls import scrub
from signoff.http.errors import UnreadableAnswer

WAIT_WITHOUT_HINT: Final = timedelta(minutes=5)
NO_TRASH: Final = "rest_trash_not_supported"
_MESSAGE_CHARS: Final = 300

LOGIN_ADVICE: Final = (
    "Make a new application password in WordPress (Users > Profile) and reconnect the channel. If the "
    "password is right, the web server may drop the Authorization header, or a security plugin may block it."
)
ROLE_ADVICE: Final = (
    "Give the user the role Author (for posts) or Editor (for pages) in WordPress, "
    "then reconnect the channel."
)
BLOCKED_ADVICE: Final = (
    "Something in front of WordPress answered: a firewall, a security plugin or a maintenance page. Allow "
    "Signoff's requests to the REST API there."
)
MIXED_UP_ADVICE: Final = (
    "A cache or a plugin in front of the REST API gives answers to other questions. Take /wp-json/ out of it."
)
ROUTE_ADVICE: Final = "Check the site's address, and that no plugin switches the REST API off."
DELETED_ADVICE: Final = "Somebody deleted it in WordPress. Schedule the post again to publish it anew."
FILE_ADVICE: Final = "Attach the picture as JPEG or PNG, or allow its type in WordPress."
SIZE_ADVICE: Final = "Use a smaller picture, or raise the site's upload limit (upload_max_filesize, quota)."
CONTENT_ADVICE: Final = "Correct the post, have it approved again, and publish it anew."


@dataclass(frozen=True, slots=True)
class Complaint:
    """WordPress's own error: `status` is the one it means, which the HTTP status may hide."""

    code: str
    message: str
    status: int


def complaint_of(reply: Reply) -> Complaint | None:
    """Read WordPress's error; None when something else answered (a firewall, a proxy, a broken site)."""
    try:
        raw = reply.json()
    except UnreadableAnswer:
        return None
    if not isinstance(raw, dict) or not isinstance(raw.get("code"), str):
        return None
    data = raw["data"] if isinstance(raw.get("data"), dict) else {}
    params = data["params"] if isinstance(data.get("params"), dict) else {}
    parts = (str(raw.get("message", "")), *(str(text) for text in params.values()))
    # A listing that the user may not see is refused as a wrong parameter (400), the reason one level below.
    hidden = next((status for status in _statuses_below(data) if status in {401, 403}), None)
    return Complaint(raw["code"], _plain(" ".join(parts)), hidden or reply.status)


def refusal(reply: Reply, now: datetime) -> ConnectorError:
    """Turn an answer that isn't the expected one into the error that says what to do about it.

    It is certain for calls that visitors can't see. Of the commit it only tells the words: what answers is
    often not what publishes.
    """
    if _asks_to_wait(reply):
        until = waits_until(reply.headers, now, otherwise=WAIT_WITHOUT_HINT)
        return Throttled("The site asks to wait.", not_before=until, code=str(reply.status))
    complaint = complaint_of(reply)
    if complaint is None:
        return _from_elsewhere(reply)
    if is_file_type_refused(complaint):
        return Refused(complaint.message, advice=FILE_ADVICE, code=complaint.code)
    if complaint.code == "rest_upload_hash_mismatch":
        return TryLater("The picture arrived damaged.", code=complaint.code)
    if complaint.status >= HTTPStatus.INTERNAL_SERVER_ERROR and complaint.code != NO_TRASH:
        detail = f"WordPress failed with HTTP {complaint.status}: {complaint.message}"
        return TryLater(detail, code=complaint.code)
    return _refused(complaint)


def is_passing(reply: Reply) -> bool:
    """Tell whether the same request may well be answered properly a little later."""
    return reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR or reply.status == HTTPStatus.TOO_MANY_REQUESTS


def unreadable(reply: Reply) -> Refused:
    """A success by its status whose body isn't WordPress's: never taken for one."""
    detail = f"The site answered HTTP {reply.status}, but not in WordPress's form."
    return Refused(detail, advice=BLOCKED_ADVICE, code="unreadable")


def another(detail: str) -> Refused:
    """An answer in WordPress's form about something that wasn't asked for: nothing follows from it."""
    return Refused(detail, advice=MIXED_UP_ADVICE, code="another")


def is_file_type_refused(complaint: Complaint) -> bool:
    """WordPress answers 500 although it will never take the file."""
    if complaint.code == "rest_upload_sideload_error":
        return True
    return complaint.code == "rest_upload_unknown_error" and "file type" in complaint.message


def _refused(complaint: Complaint) -> ConnectorError:
    code, message = complaint.code, complaint.message
    match complaint.status, code:
        case HTTPStatus.UNAUTHORIZED, _:
            return Reconnect(f"WordPress doesn't accept the login: {message}", advice=LOGIN_ADVICE, code=code)
        case HTTPStatus.FORBIDDEN, _:
            return Reconnect(f"WordPress doesn't allow it: {message}", advice=ROLE_ADVICE, code=code)
        case HTTPStatus.NOT_FOUND, "rest_no_route":
            return Refused("The site's REST API doesn't know this route.", advice=ROUTE_ADVICE, code=code)
        case ((HTTPStatus.NOT_FOUND | HTTPStatus.GONE), _):
            return Refused("The post isn't in WordPress any more.", advice=DELETED_ADVICE, code=code)
        case _, "rest_upload_file_too_big" | "rest_upload_limited_space":
            return Refused(message, advice=SIZE_ADVICE, code=code)
    return Refused(f"WordPress refuses it: {message}", advice=CONTENT_ADVICE, code=code)


def _from_elsewhere(reply: Reply) -> ConnectorError:
    status, code = reply.status, str(reply.status)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        target = scrub(reply.headers.get("Location", "another address"))
        advice = "Enter the address that the site really has."
        return Refused(f"The site redirects to {target}.", advice=advice, code="redirect")
    if status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TryLater(f"The site answered HTTP {status}.", code=code)
    if status in {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE}:
        return Refused(f"The web server takes no such upload (HTTP {status}).", advice=SIZE_ADVICE, code=code)
    if status < HTTPStatus.BAD_REQUEST:
        return unreadable(reply)
    return Refused(f"Not WordPress answered, but HTTP {status}.", advice=BLOCKED_ADVICE, code=code)


def _asks_to_wait(reply: Reply) -> bool:
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        return True
    return reply.status == HTTPStatus.SERVICE_UNAVAILABLE and "Retry-After" in reply.headers


def _statuses_below(data: Mapping[str, Any]) -> Iterator[int]:
    details = data["details"] if isinstance(data.get("details"), dict) else {}
    for detail in details.values():
        below = detail.get("data") if isinstance(detail, dict) else None
        if isinstance(below, dict) and isinstance(below.get("status"), int):
            yield below["status"]


def _plain(message: str) -> str:
    text = html.unescape(nh3.clean(message, tags=set()))
    return scrub(" ".join(text.split()))[:_MESSAGE_CHARS]
