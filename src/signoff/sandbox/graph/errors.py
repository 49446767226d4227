"""Graph API errors: the envelope, and the texts of the codes that the sandbox knows."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Text:
    """What the platform says with a code and subcode, in the shape it says it."""

    message: str
    title: str = ""
    advice: str = ""
    status: int = HTTPStatus.BAD_REQUEST
    type: str = "OAuthException"
    transient: bool = False


_GONE = Text(
    "Unsupported request. Object does not exist, cannot be loaded due to missing permissions, or does not "
    "support this operation.",
    type="GraphMethodException",
)
_THROTTLED = "request limit reached"

TEXTS: Final[dict[tuple[int, int], Text]] = {
    (-2, 2207003): Text("Timeout", "Download timed out", "It takes too long to download the media."),
    (-2, 2207020): Text("Media expired", "Media expired", "The media has expired. Upload it again."),
    (-1, 2207001): Text("Server error", "Server error", "Instagram server error. Try again.", transient=True),
    (-1, 2207032): Text("Media creation failed", "Create media failed", "Re-create the media and try again."),
    (-1, 2207053): Text("Unknown upload error", "Upload failed", "Generate a new container and try again."),
    (-1, 2207073): Text("Media type not supported", "Not supported", "This media can't be deleted here."),
    (-1, 2207085): Text("Fatal", "Fatal", "Something went wrong."),
    (1, 0): Text("An unknown error occurred", status=HTTPStatus.INTERNAL_SERVER_ERROR),
    (1, 99): Text("An unknown error occurred", status=HTTPStatus.INTERNAL_SERVER_ERROR),
    (2, 0): Text("Service temporarily unavailable", status=HTTPStatus.INTERNAL_SERVER_ERROR, transient=True),
    (3, 0): Text("Application does not have the capability to make this API call."),
    (4, 0): Text(f"(#4) Application {_THROTTLED}", transient=True),
    (4, 2207051): Text(
        "Application request limit reached",
        "Action is blocked",
        "We restrict certain activity to protect our community. Tell us if you think we made a mistake.",
    ),
    (9, 2207042): Text(
        "Application request limit reached",
        "Publishing limit reached",
        "You reached the maximum number of posts that may be published through the API.",
    ),
    (10, 0): Text("(#10) Application does not have permission for this action", status=HTTPStatus.FORBIDDEN),
    (17, 0): Text(f"(#17) User {_THROTTLED}", transient=True),
    (24, 2207006): Text("Media not found", "Media not found", "The media could not be found."),
    (24, 2207008): Text(
        "The requested resource does not exist",
        "Media builder not found",
        "The media builder with this creation id does not exist or has expired.",
    ),
    (25, 2207050): Text("Account restricted", "Account restricted", "The Instagram account is restricted."),
    (32, 0): Text(f"(#32) Page {_THROTTLED}", transient=True),
    (100, 0): Text("(#100) Invalid parameter"),
    (100, 33): _GONE,
    (100, 1366046): Text(
        "Invalid parameter",
        "Can't read files",
        "Your photos couldn't be uploaded. Photos should be below 10 MB and JPG, PNG, GIF or TIFF.",
    ),
    (100, 2207023): Text("Unknown media type", "Unknown media type", "This media type is not known."),
    (100, 2207028): Text("Carousel needs 2 to 10 items", "Carousel", "Use 2 to 10 items in a carousel."),
    (100, 2207040): Text("Too many tags", "Too many tags", "Use at most 20 @ mentions."),
    (104, 0): Text("An access token is required to request this resource."),
    (190, 0): Text("Invalid OAuth access token - Cannot parse access token"),
    (190, 458): Text("Error validating access token: The user has not authorized the application."),
    (190, 459): Text("Error validating access token: The user is checkpointed. Log in and follow the steps."),
    (190, 460): Text("Error validating access token: The session was invalidated; the password was changed."),
    (190, 463): Text("Error validating access token: Session has expired."),
    (190, 464): Text("Error validating access token: The user is not confirmed."),
    (190, 467): Text("Error validating access token: The session is invalid; the user logged out."),
    (190, 492): Text("Error validating access token: The user has no role on this Page any more."),
    (200, 0): Text("(#200) Permissions error", status=HTTPStatus.FORBIDDEN),
    (368, 0): Text("The action attempted has been deemed abusive or is otherwise disallowed"),
    (368, 1390008): Text(
        "The action attempted has been deemed abusive or is otherwise disallowed",
        "You can't use this feature right now",
        "You were posting too fast. Slow down.",
    ),
    (506, 0): Text("(#506) Duplicate status message", "Duplicate status", "This text was just posted."),
    (613, 0): Text("(#613) Calls to this api have exceeded the rate limit.", transient=True),
    (803, 0): Text("(#803) Some of the aliases you requested do not exist"),
    (80001, 0): Text("(#80001) There have been too many calls to this Page account. Try again later."),
    (80002, 0): Text("(#80002) There have been too many calls to this Instagram account. Try later."),
    (9004, 2207052): Text(
        "Only photo or video can be accepted as media type.",
        "Media download has failed",
        "The media could not be fetched from this address.",
    ),
    (9007, 2207027): Text(
        "Media ID is not available",
        "Media not ready",
        "The media is not ready for publishing, please wait for a moment.",
    ),
    (36000, 2207004): Text(
        "The image size is too large.",
        "Image size too large",
        "The image is too large to download. It should be less than 8 MiB.",
    ),
    (36001, 2207005): Text("Image format not supported", "Image format", "The image has to be a JPEG."),
    (36003, 2207009): Text(
        "The aspect ratio is not supported.",
        "Aspect ratio",
        "The image's aspect ratio has to be between 4:5 and 1.91:1.",
    ),
    (36004, 2207010): Text(
        "The caption was too long", "Caption too long", "Use at most 2,200 characters and 30 hashtags."
    ),
}


class GraphError(Exception):
    """A refusal in the platform's own words."""

    def __init__(
        self, code: int, subcode: int = 0, *, message: str = "", advice: str = "", status: int = 0
    ) -> None:
        text = TEXTS.get((code, subcode)) or TEXTS.get((code, 0)) or Text(f"(#{code}) Error")
        super().__init__(message or text.message)
        self.code = code
        self.subcode = subcode
        self.status = status or text.status
        self._text = text
        self._advice = advice or text.advice

    @property
    def name(self) -> str:
        """Code and subcode, as they are written: 100/33."""
        return f"{self.code}/{self.subcode}" if self.subcode else str(self.code)

    def envelope(self) -> dict[str, Any]:
        error: dict[str, Any] = {"message": str(self), "type": self._text.type, "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        error["is_transient"] = self._text.transient
        if self._text.title:
            error["error_user_title"] = self._text.title
            error["error_user_msg"] = self._advice
        error["fbtrace_id"] = trace_id()
        return {"error": error}


def gone(message: str = "") -> GraphError:
    """There is no such object, or not for this token: the platform doesn't tell which."""
    return GraphError(100, 33, message=message)


def invalid(message: str) -> GraphError:
    return GraphError(100, message=f"(#100) {message}")


def trace_id() -> str:
    """Make an id as the platform's support asks for."""
    return "A" + base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")
