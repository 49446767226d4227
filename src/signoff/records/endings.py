"""Mails that say that a trouble is over, to those who had the mail about it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import aliased

from signoff.alerts.base import Notice, PermanentFailure
from signoff.db.clock import now_sql
from signoff.kernel.ids import AlertId
from signoff.records.models import Alert, AlertMail
from signoff.records.tenants import Person
from signoff.runtime import Runtime

_AT_ONCE: Final = 500
_APART: Final = timedelta(minutes=1)

_UNTOLD: Final = (Alert.tells_end, Alert.closed_at.is_not(None), Alert.end_mailed_at.is_(None))


async def mail_endings(runtime: Runtime) -> None:
    """Send what is over, the alerts of one kind and place in one mail.

    Raises:
        TemporaryFailure: Not everybody was reached; it is sent with a later try.
    """
    await _settle_untold(runtime)
    lately = aliased(Alert)
    told = exists().where(
        lately.organization_id == Alert.organization_id,
        lately.fold_key == Alert.fold_key,
        lately.end_mailed_at > now_sql() - _APART,
    )
    query = (
        select(Alert, Person.email)
        .join(AlertMail, AlertMail.alert_id == Alert.id)
        .join(Person, Person.id == AlertMail.person_id)
        .where(*_UNTOLD, AlertMail.refused == "", Person.disabled_at.is_(None), ~told)
        .order_by(Alert.organization_id, Alert.fold_key, Alert.raised_at, Alert.id, Person.email)
        .limit(_AT_ONCE)
    )
    async with runtime.worker_transaction() as tx:
        rows = (await tx.execute(query)).all()
    for _, group in groupby(rows, key=lambda row: (row[0].organization_id, row[0].fold_key)):
        await _send(runtime, [(alert, email) for alert, email in group])


async def _settle_untold(runtime: Runtime) -> None:
    """Pass over those that nobody had a mail about, or that a person closed, who then knows."""
    had_mail = exists().where(AlertMail.alert_id == Alert.id, AlertMail.refused == "")
    passed = update(Alert).where(*_UNTOLD, or_(Alert.closed_by.is_not(None), ~had_mail))
    async with runtime.worker_transaction() as tx:
        await tx.execute(passed.values(end_mailed_at=now_sql()))


async def _send(runtime: Runtime, rows: Sequence[tuple[Alert, str]]) -> None:
    alerts = {alert.id: alert for alert, _ in rows}
    with suppress(PermanentFailure):  # then nobody is left to try again
        await runtime.mail.deliver(_notice(runtime, list(alerts.values()), {email for _, email in rows}))
    async with runtime.worker_transaction() as tx:
        ids: list[AlertId] = list(alerts)
        await tx.execute(update(Alert).where(Alert.id.in_(ids)).values(end_mailed_at=now_sql()))


def _notice(runtime: Runtime, alerts: Sequence[Alert], people: set[str]) -> Notice:
    first, last, count = alerts[0], alerts[-1], len(alerts)
    more = f" (and {count - 1} more)" if count > 1 else ""
    return Notice(
        title=f"Over: {last.title[:1].lower()}{last.title[1:]}{more}",
        cause="\n".join(_sentence(alert) for alert in alerts),
        next_step="Nothing. You get this because Signoff wrote to you when it began.",
        link=runtime.settings.address + (last.path if count == 1 else "/alerts"),
        recipients=tuple(sorted(people)),
        key=f"over {first.fold_key} {first.id}",
        count=count,
    )


def _sentence(alert: Alert) -> str:
    until = f" until {alert.closed_at:%H:%M:%S}" if alert.closed_at else ""
    return f"“{alert.title}” stood from {alert.raised_at:%Y-%m-%d %H:%M:%S}{until} UTC."
