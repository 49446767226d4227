"""Mails about alerts, folded: one mail for all alerts of one kind and place that the same people wait for.

Who has it isn't written to a second time; a mailbox that takes nothing for now is tried again, and keeps
nobody else waiting.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeAlias

import structlog
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.alerts.base import Notice, PermanentFailure, TemporaryFailure
from signoff.kernel.ids import AlertId, PersonId
from signoff.records.models import Alert
from signoff.runtime import Runtime

APART: Final = timedelta(minutes=1)
"""Between two mails to one person about the same kind of error on the same channel."""

Due: TypeAlias = Select[Alert, PersonId, str]
"""Alerts with whoever shall be written to now, and the address."""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Round:
    """What goes to whom in one mail: the same alerts for each of these people."""

    alerts: Sequence[Alert]
    people: dict[str, PersonId]
    """By mail address."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whom the mail server has done with, and whom of them it will never reach; addresses."""

    settled: Sequence[str]
    refused: Sequence[str]


Write: TypeAlias = Callable[[Runtime, Round], Notice]
Note: TypeAlias = Callable[[AsyncSession, Round, Outcome], Awaitable[None]]


async def send_folded(runtime: Runtime, due: Due, write: Write, note: Note) -> TemporaryFailure | None:
    """Send what is due and note who has it; give the last failure if nobody could be reached."""
    failure: TemporaryFailure | None = None
    reached = False
    for round_ in await _rounds(runtime, due):
        try:
            reached = await _send(runtime, round_, write, note) or reached
        except TemporaryFailure as problem:
            failure = problem
    return None if reached else failure


async def _rounds(runtime: Runtime, due: Due) -> list[Round]:
    async with runtime.worker_transaction() as tx:
        rows = (await tx.execute(due)).all()
    waiting: dict[tuple[str, PersonId, str], list[Alert]] = {}
    for alert, person_id, email in rows:
        waiting.setdefault((f"{alert.organization_id} {alert.fold_key}", person_id, email), []).append(alert)
    shared: dict[tuple[AlertId, ...], Round] = {}
    for (_, person_id, email), alerts in waiting.items():
        round_ = shared.setdefault(tuple(alert.id for alert in alerts), Round(alerts, {}))
        round_.people[email] = person_id
    return list(shared.values())


async def _send(runtime: Runtime, round_: Round, write: Write, note: Note) -> bool:
    """Send one mail to its people and note who has it; tells whether anybody does."""
    refused: Sequence[str] = ()
    later: Sequence[str] = ()
    failure: TemporaryFailure | None = None
    try:
        await runtime.mail.deliver(write(runtime, round_))
    except TemporaryFailure as problem:
        later, refused, failure = problem.recipients, problem.refused, problem
    except PermanentFailure as problem:
        refused = problem.refused
        _log.warning("alert_mail_refused", people=len(refused), detail=problem.detail)
    settled = [email for email in round_.people if email not in later]
    if settled:
        async with runtime.worker_transaction() as tx:
            await note(tx, round_, Outcome(settled, refused))
    elif failure:
        raise failure
    return len(settled) > len(refused)
