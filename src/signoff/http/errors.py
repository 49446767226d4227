"""What can go wrong with a call, split by the one question that matters: can it have had an effect?"""

from __future__ import annotations


class HttpError(Exception):
    """No answer that could be used. `detail` is for people and holds no secret."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotSent(HttpError):
    """Certain: no byte of the request left (name not found, not connected, TLS refused, time-out before)."""


class AddressRefused(NotSent):
    """The address may not be called: it is private, malformed, or carries a user name."""


class AnswerLost(HttpError):
    """Ambiguous: the request may have been carried out, but there is no usable answer."""


class AnswerTooLarge(AnswerLost):
    """The answer is larger than the caller takes."""


class UnreadableAnswer(AnswerLost):
    """There is an answer, but not in the form that was agreed (an HTML page in place of JSON)."""
