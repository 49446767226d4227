"""What can be refused, as one class for each thing the caller can do about it (RFC 9457 problem types)."""

from __future__ import annotations

from typing import Any, ClassVar


class Problem(Exception):
    """Something the caller can understand and act on. Anything else is a bug and becomes a 500."""

    status: ClassVar[int] = 400
    type: ClassVar[str] = "bad-request"
    title: ClassVar[str] = "The request can't be carried out"

    def __init__(self, detail: str, *, next_step: str = "", **extra: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.next_step = next_step
        self.extra: dict[str, Any] = extra


class NotFound(Problem):
    """Not there, or not this organization's: the answer is the same."""

    status = 404
    type = "not-found"
    title = "Not found"


class NotAllowed(Problem):
    """About the person: the role or the token doesn't permit it."""

    status = 403
    type = "not-allowed"
    title = "Your role doesn't allow this"


class SignInNeeded(Problem):
    """Nobody is signed in, or the token is unknown, expired or revoked."""

    status = 401
    type = "sign-in-needed"
    title = "Sign in first"


class WrongState(Problem):
    """About the moment: what is asked isn't possible in the present state."""

    status = 409
    type = "wrong-state"
    title = "Not possible in this state"


class ContentChanged(Problem):
    """Somebody changed it since the caller looked; nothing was done."""

    status = 409
    type = "content-changed"
    title = "It changed in the meantime"


class VersionChanged(Problem):
    """An edit carried an older version than the stored one (If-Match)."""

    status = 412
    type = "version-changed"
    title = "Somebody saved a newer version"


class VersionMissing(Problem):
    """An edit came without the version it is based on."""

    status = 428
    type = "version-missing"
    title = "Say which version you edited"


class Invalid(Problem):
    """The content of the request is wrong; `errors` names the fields."""

    status = 422
    type = "invalid"
    title = "Something in the request is wrong"

    def __init__(self, detail: str, *, field: str = "", next_step: str = "", **extra: object) -> None:
        if field and "errors" not in extra:
            extra["errors"] = [{"field": field, "message": detail}]
        super().__init__(detail, next_step=next_step, **extra)


class OverLimit(Invalid):
    """The content doesn't fit what the platform takes; `errors` says by how much."""

    type = "over-limit"
    title = "The content exceeds what the channel takes"


class TooLarge(Problem):
    """More bytes than are accepted."""

    status = 413
    type = "too-large"
    title = "Too large"


class TooMany(Problem):
    """Too often; `retry_after_s` says when again."""

    status = 429
    type = "too-many"
    title = "Too many requests"


class NoRoom(Problem):
    """The rules of a channel's cadence leave no moment; choose another time, or loosen them."""

    status = 409
    type = "no-room"
    title = "No room on the channel"


class NotConnected(Problem):
    """The channel can't be used until it is connected (again)."""

    status = 409
    type = "not-connected"
    title = "The channel isn't connected"


class InUse(Problem):
    """A request with the same idempotency key is still running."""

    status = 409
    type = "in-progress"
    title = "The same request is still running"


class NoSpace(Problem):
    """The disk is full; nothing was stored."""

    status = 507
    type = "no-space"
    title = "No space left"


class Unavailable(Problem):
    """A service that is needed didn't answer; trying again is safe."""

    status = 503
    type = "unavailable"
    title = "Not available right now"
