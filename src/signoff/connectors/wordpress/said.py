"""What a site said to a commit, remembered until a look has shown that it really changed nothing.

Without this a refusal that never ends (a role that lost its right) would be met by every try anew, and people
would read only that the post isn't there. It is kept in memory: after a restart the tries run out instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from signoff.connectors.base import ConnectorError, Json, Parcel, Reconnect, Refused, Throttled

SAID: Final = "said"
"""The name under which it stands in the checkpoint, from the look to the next try."""
_AT_MOST: Final = 1000


class Said:
    """The refusals of the latest commits, by the delivery's key."""

    def __init__(self) -> None:
        self._by_key: dict[str, dict[str, Json]] = {}

    def note(self, parcel: Parcel, problem: ConnectorError) -> None:
        """Remember a refusal; one that passes by itself isn't worth it."""
        if not isinstance(problem, Reconnect | Refused | Throttled):
            return
        until = problem.not_before.isoformat() if isinstance(problem, Throttled) else ""
        self._by_key[parcel.key] = {
            "kind": problem.error_class,
            "detail": problem.detail,
            "advice": problem.advice,
            "code": problem.code,
            "until": until,
        }
        while len(self._by_key) > _AT_MOST:
            del self._by_key[next(iter(self._by_key))]

    def forget(self, parcel: Parcel) -> None:
        """A new commit is sent: what was said to the one before is history."""
        self._by_key.pop(parcel.key, None)

    def of(self, parcel: Parcel) -> Mapping[str, Json] | None:
        """Give what was said to the latest commit, in JSON."""
        return self._by_key.get(parcel.key)


def say_again(said: Mapping[str, str], now: datetime) -> None:
    """Raise what was said, now that it is certain; a wait that is over is no refusal any more.

    Raises:
        Reconnect, Refused, Throttled: As the site said.
    """
    detail, words = said["detail"], {"advice": said["advice"], "code": said["code"]}
    if said["kind"] == Reconnect.error_class:
        raise Reconnect(detail, **words)
    if said["kind"] == Refused.error_class:
        raise Refused(detail, **words)
    if (until := datetime.fromisoformat(said["until"])) > now:
        raise Throttled(detail, not_before=until, **words)
