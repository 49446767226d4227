"""Alerts by mail: at most one a minute for each kind and channel, the rest folded into the next.

An alert counts as mailed once everybody who should know was reached or can't be. Until then it is tried
again; who has it already isn't written to a second time.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from sqlalchemy import and_, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from signoff.alerts.base import Notice
from signoff.db.clock import database_now, now_sql
from signoff.kernel.people import LEAST_ROLE, May, Role
from signoff.records.alerts.endings import SEES_ALERT, mail_endings
from signoff.records.alerts.events import event_of
from signoff.records.alerts.folding import APART, Due, Outcome, Round, send_folded
from signoff.records.alerts.notifications import wants_mail
from signoff.records.alerts.raising import INSTALLATION
from signoff.records.models import Alert, AlertMail
from signoff.records.tenants import IS_MEMBER, Membership, Person
from signoff.runtime import Runtime

_TOLD: Final = [role for role in Role if role.rank >= LEAST_ROLE[May.OPERATE].rank]
_AT_ONCE: Final = 2000
_TITLES: Final = 10


async def mail_alerts(runtime: Runtime) -> int:
    """Send what is due; tell how many alerts were mailed.

    Raises:
        TemporaryFailure: Nobody could be reached; everything is sent with a later try.
    """
    if not runtime.mail.is_configured:
        return 0
    failure = await send_folded(runtime, _due().limit(_AT_ONCE), _notice, _note)
    mailed = await _settle(runtime)
    await mail_endings(runtime)
    if failure:
        raise failure
    return mailed


def _unmailed() -> Due:
    """Alerts with those who should know of them and don't yet."""
    has_it = exists().where(AlertMail.alert_id == Alert.id, AlertMail.person_id == Person.id)
    return (
        select(Alert, Person.id, Person.email)
        .join(
            Membership, and_(Membership.organization_id == Alert.organization_id, Membership.role.in_(_TOLD))
        )
        .join(Person, Person.id == Membership.person_id)
        .where(Alert.mailed_at.is_(None), Alert.closed_at.is_(None))
        .where(IS_MEMBER)
        .where(Person.disabled_at.is_(None), SEES_ALERT)
        .where(or_(Alert.fold_key.not_like(f"{INSTALLATION}%"), Person.is_operator), ~has_it)
        .where(wants_mail(event_of(Alert.fold_key), Alert.organization_id, Person.id))
    )


def _due() -> Due:
    lately = exists().where(
        AlertMail.organization_id == Alert.organization_id,
        AlertMail.fold_key == Alert.fold_key,
        AlertMail.person_id == Person.id,
        AlertMail.mailed_at > now_sql() - APART,
    )
    return _unmailed().where(~lately).order_by(Alert.raised_at, Alert.id, Person.email)


async def _note(tx: AsyncSession, round_: Round, outcome: Outcome) -> None:
    at = await database_now(tx)
    rows = [
        {
            "alert_id": alert.id,
            "person_id": round_.people[email],
            "organization_id": alert.organization_id,
            "fold_key": alert.fold_key,
            "mailed_at": at,
            "refused": "refused" if email in outcome.refused else "",
        }
        for alert in round_.alerts
        for email in outcome.settled
    ]
    await tx.execute(insert(AlertMail), rows)


async def _settle(runtime: Runtime) -> int:
    """Mark the alerts of which everybody knows who should."""
    somebody_waits = _unmailed().with_only_columns(Alert.id).scalar_subquery()
    change = (
        update(Alert)
        .where(Alert.mailed_at.is_(None), Alert.closed_at.is_(None))
        .where(exists().where(AlertMail.alert_id == Alert.id), Alert.id.not_in(somebody_waits))
        .values(mailed_at=now_sql())
        .returning(Alert.id)
    )
    async with runtime.worker_transaction() as tx:
        return len((await tx.scalars(change)).all())


def _notice(runtime: Runtime, due: Round) -> Notice:
    first, last, count = due.alerts[0], due.alerts[-1], len(due.alerts)
    return Notice(
        title=first.title if count == 1 else f"{last.title} (and {count - 1} more)",
        cause=last.cause if count == 1 else f"{last.cause}\n\n{_list(due.alerts)}",
        next_step=last.next_step,
        link=runtime.settings.address + (last.path if count == 1 else "/alerts"),
        recipients=tuple(due.people),
        key=f"{first.fold_key} {first.id}",
        count=count,
    )


def _list(alerts: Sequence[Alert]) -> str:
    titles = [title for title, _ in groupby(alert.title for alert in alerts)]
    more = f"\n- and {len(titles) - _TITLES} more" if len(titles) > _TITLES else ""
    return "It concerns:\n" + "\n".join(f"- {title}" for title in titles[:_TITLES]) + more
