"""Who wants to hear of what, and by which way: each person's own choice, event by event.

The pages show everything to everybody, so that nothing is lost. Chosen is only what comes by mail as well;
without a choice it does.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, FetchedValue, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import SQLCoreOperations

from signoff.audit import chain
from signoff.db.base import Base
from signoff.db.clock import now_sql
from signoff.kernel.errors import NotAllowed, NotFound
from signoff.kernel.ids import OrganizationId, PersonId
from signoff.kernel.people import Actor, May
from signoff.records.alerts.events import EVENTS, Event
from signoff.runtime import Runtime

MAIL: Final = "mail"
_BY_NAME: Final = {event.name: event for event in EVENTS}


class NotificationChoice(Base):
    """What somebody chose about one event and one way to reach them."""

    __tablename__ = "notification_choices"

    organization_id: Mapped[OrganizationId] = mapped_column(primary_key=True)
    person_id: Mapped[PersonId] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    is_wanted: Mapped[bool]
    chosen_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of somebody's settings."""

    event: Event
    by_mail: bool


async def list_choices(runtime: Runtime, actor: Actor) -> list[Choice]:
    """List what the actor may be told, with what they chose.

    Raises:
        NotAllowed: Nobody in person asks.
    """
    actor.need(May.READ)
    own = select(NotificationChoice.event, NotificationChoice.is_wanted).where(
        NotificationChoice.person_id == actor.need_person(), NotificationChoice.route == MAIL
    )
    async with runtime.transaction(actor.organization_id) as tx:
        chosen = {row.event: row.is_wanted for row in await tx.execute(own)}
    return [Choice(event, chosen.get(event.name, True)) for event in EVENTS if event.reaches(actor)]


async def choose_mail(runtime: Runtime, actor: Actor, events: Collection[str], *, is_wanted: bool) -> None:
    """Choose whether some events come by mail to the actor; the others stay as they are.

    Raises:
        NotAllowed: An agent, or a token that is limited to some scopes.
        NotFound: There is no such event, or it never reaches them.
    """
    person_id = actor.need_person()
    if actor.scopes != frozenset(May):
        raise NotAllowed(
            "A token with limited scopes can't change what somebody is told.",
            next_step="Use the settings page.",
        )
    if any(name not in _BY_NAME or not _BY_NAME[name].reaches(actor) for name in events):
        raise NotFound("There is no such event.", next_step="List the notifications to see which there are.")
    if not events:
        return
    key = {"organization_id": actor.organization_id, "person_id": person_id, "route": MAIL}
    rows = [{**key, "event": name, "is_wanted": is_wanted} for name in sorted(events)]
    choice = insert(NotificationChoice).values(rows)
    known = choice.on_conflict_do_update(
        index_elements=["organization_id", "person_id", "event", "route"],
        set_={"is_wanted": is_wanted, "chosen_at": now_sql()},
        where=NotificationChoice.is_wanted != is_wanted,
    ).returning(NotificationChoice.event)
    async with runtime.transaction(actor.organization_id) as tx:
        changed = sorted((await tx.scalars(known)).all())
        if changed:
            said = {"route": MAIL, "events": changed, "wanted": is_wanted}
            chain.record(tx, actor, "notifications.change", ("person", person_id), after=said)


def wants_mail(
    event: SQLCoreOperations[str] | str,
    organization_id: SQLCoreOperations[OrganizationId],
    person_id: SQLCoreOperations[PersonId],
) -> ColumnElement[bool]:
    """Ask in SQL whether somebody wants this event by mail."""
    return ~exists().where(
        NotificationChoice.organization_id == organization_id,
        NotificationChoice.person_id == person_id,
        NotificationChoice.event == event,
        NotificationChoice.route == MAIL,
        NotificationChoice.is_wanted.is_(False),
    )
