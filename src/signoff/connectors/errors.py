"""How a platform says no. The certain errors and the ambiguous one decide what the protocol does next.

A connector must never report as certain what might have had an effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any


class ConnectorError(Exception):
    """A platform said no, or said nothing. `detail` is for people, `code` the platform's own word for it."""

    error_class = "unknown"

    def __init__(self, detail: str, *, advice: str = "", code: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.advice = advice
        self.code = code


class TryLater(ConnectorError):
    """Certainly not out; trying again is safe, from `not_before` (UTC) on if given."""

    error_class = "retry"

    def __init__(
        self, detail: str, *, not_before: datetime | None = None, advice: str = "", code: str = ""
    ) -> None:
        super().__init__(detail, advice=advice, code=code)
        self.not_before = not_before


class Unfinished(TryLater):
    """`prepare` needs more time (a container is still in progress); costs no attempt."""

    error_class = "unfinished"


class Rest(StrEnum):
    """What has to rest when a platform asks to wait."""

    ACCOUNT = "account"  # no call for the account
    APP = "app"  # no call for any account of the application
    POSTS = "posts"  # nothing is published on the account; looking and taking down go on


class Throttled(ConnectorError):
    """Certainly not out; what `rests` names may not go on before `not_before` (UTC)."""

    error_class = "throttled"

    def __init__(
        self,
        detail: str,
        *,
        not_before: datetime,
        advice: str = "",
        code: str = "",
        rests: Rest = Rest.ACCOUNT,
        grows: bool = False,
    ) -> None:
        super().__init__(detail, advice=advice, code=code)
        self.not_before = not_before
        self.rests = rests
        self.grows = grows
        """A block rather than a limit: each wait is longer than the last, and then a person is asked."""


class Reconnect(ConnectorError):
    """Certainly not out; the account must be connected again, `advice` says how."""

    error_class = "reconnect"


class Refused(ConnectorError):
    """Certainly not out, and never will be without a person; `advice` says what to do."""

    error_class = "refused"


class Ambiguous(ConnectorError):
    """It may be out. Publishing again could post twice: reconcile first.

    `checkpoint` is stored with the doubt, for the looks that follow; None keeps the stored one.
    """

    error_class = "ambiguous"

    def __init__(
        self, detail: str, *, advice: str = "", code: str = "", checkpoint: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(detail, advice=advice, code=code)
        self.checkpoint = checkpoint
