"""Mails that say that a trouble is over, to those who had the mail about it; tried for a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import with_expression

from signoff.alerts.base import Notice
from signoff.db.clock import now_sql
from signoff.kernel.local_time import in_words
from signoff.records.alerts.folding import APART, Due, Outcome, Round, send_folded
from signoff.records.models import Alert, AlertMail, EndingMail
from signoff.records.tenants import Brand, Channel, Membership, Person, sees_brand
from signoff.runtime import Runtime

_AT_ONCE: Final = 500
_OLD_NEWS: Final = timedelta(days=1)

_UNTOLD: Final = (Alert.tells_end, Alert.closed_at.is_not(None), Alert.end_mailed_at.is_(None))

SEES_ALERT: Final = or_(
    sees_brand(Alert.brand_id),
    exists().where(Channel.id == Alert.channel_id, sees_brand(Channel.brand_id)),
)
"""Matches memberships that see what an alert is about."""

_ZONE: Final = (
    select(Brand.time_zone)
    .join(Channel, Channel.brand_id == Brand.id)
    .where(Channel.id == Alert.channel_id)
    .scalar_subquery()
)

_WAITS: Final = (
    AlertMail.refused == "",
    Person.disabled_at.is_(None),
    exists().where(
        Membership.organization_id == AlertMail.organization_id,
        Membership.person_id == Person.id,
        Membership.removed_at.is_(None),
        SEES_ALERT,
    ),
    ~exists().where(EndingMail.alert_id == AlertMail.alert_id, EndingMail.person_id == AlertMail.person_id),
)
"""Somebody had the mail about it, still belongs there, and has none yet that it is over."""


async def mail_endings(runtime: Runtime) -> None:
    """Send what is over, the alerts of one kind and place in one mail.

    Raises:
        TemporaryFailure: Nobody could be reached; everything is sent with a later try.
    """
    failure = await send_folded(runtime, _due().limit(_AT_ONCE), _notice, _note)
    await _settle(runtime)
    if failure:
        raise failure


def _due() -> Due:
    lately = exists().where(
        EndingMail.organization_id == Alert.organization_id,
        EndingMail.fold_key == Alert.fold_key,
        EndingMail.person_id == Person.id,
        EndingMail.mailed_at > now_sql() - APART,
    )
    return (
        select(Alert, Person.id, Person.email)
        .join(AlertMail, AlertMail.alert_id == Alert.id)
        .join(Person, Person.id == AlertMail.person_id)
        .where(*_UNTOLD, Alert.closed_by.is_(None), Alert.closed_at > now_sql() - _OLD_NEWS)
        .where(*_WAITS, ~lately)
        .order_by(Alert.closed_at, Alert.id, Person.email)
        .options(with_expression(Alert.zone, _ZONE))
    )


async def _note(tx: AsyncSession, round_: Round, outcome: Outcome) -> None:
    rows = [
        {
            "alert_id": alert.id,
            "person_id": round_.people[email],
            "organization_id": alert.organization_id,
            "fold_key": alert.fold_key,
        }
        for alert in round_.alerts
        for email in outcome.settled
    ]
    await tx.execute(insert(EndingMail), rows)


async def _settle(runtime: Runtime) -> None:
    """Have done with those of which everybody knows who can, or that a person closed, who then knows."""
    somebody_waits = exists().where(AlertMail.alert_id == Alert.id, AlertMail.person_id == Person.id, *_WAITS)
    is_old = Alert.closed_at <= now_sql() - _OLD_NEWS
    passed = update(Alert).where(*_UNTOLD, or_(Alert.closed_by.is_not(None), is_old, ~somebody_waits))
    async with runtime.worker_transaction() as tx:
        await tx.execute(passed.values(end_mailed_at=now_sql()))


def _notice(runtime: Runtime, due: Round) -> Notice:
    first, last, count = due.alerts[0], due.alerts[-1], len(due.alerts)
    more = f" (and {count - 1} more)" if count > 1 else ""
    return Notice(
        title=f"Over: {last.title[:1].lower()}{last.title[1:]}{more}",
        cause="\n".join(_sentence(alert) for alert in due.alerts),
        next_step="Nothing. You get this because Signoff wrote to you when it began.",
        link=runtime.settings.address + (last.path if count == 1 else "/alerts"),
        recipients=tuple(sorted(due.people)),
        key=f"over {first.fold_key} {first.id}",
        count=count,
    )


def _sentence(alert: Alert) -> str:
    zone = alert.zone or "UTC"
    until = f" until {in_words(alert.closed_at, zone)}" if alert.closed_at else ""
    return f"“{alert.title}” stood from {in_words(alert.raised_at, zone)}{until}."
