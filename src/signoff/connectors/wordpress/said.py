"""What a site said to a commit, kept in the checkpoint until a look has shown that it really changed nothing.

Without this a refusal that never ends (a role that lost its right) would be met by every try anew, and people
would read only that the post isn't there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from signoff.connectors.base import Checkpoint
from signoff.connectors.content import Json
from signoff.connectors.errors import ConnectorError, Reconnect, Refused, Throttled

_HEARD: Final = "heard"
"""What was said to the latest commit, which may have worked all the same."""
_SAID: Final = "said"
"""The same, once a look has shown that it didn't work."""


def heard(ready: Checkpoint, problem: ConnectorError) -> Checkpoint | None:
    """Give the checkpoint that remembers a refusal; None for one that passes by itself."""
    if not isinstance(problem, Reconnect | Refused | Throttled):
        return None
    until = problem.not_before.isoformat() if isinstance(problem, Throttled) else ""
    words: dict[str, Json] = {
        "kind": problem.error_class,
        "detail": problem.detail,
        "advice": problem.advice,
        "code": problem.code,
        "until": until,
    }
    return {**ready, _HEARD: words}


def proven(ready: Checkpoint) -> Checkpoint | None:
    """Give the checkpoint for a post that isn't out: what was heard was true. None when nothing was."""
    return {**forgotten(ready), _SAID: ready[_HEARD]} if _HEARD in ready else None


def said_in(done: Checkpoint) -> Mapping[str, str] | None:
    """Give what the site said and meant, for `say_again`."""
    said: Mapping[str, str] | None = done.get(_SAID)
    return said


def forgotten(done: Checkpoint) -> Checkpoint:
    """Give the checkpoint without what was said: a new try is told anew."""
    return {name: made for name, made in done.items() if name not in {_HEARD, _SAID}}


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
        raise Throttled(detail, not_before=until, advice=said["advice"], code=said["code"])
