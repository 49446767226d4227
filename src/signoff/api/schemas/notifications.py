"""What somebody wants to be told."""

from __future__ import annotations

from pydantic import ConfigDict, StrictBool

from signoff.api.schemas.base import In, Out
from signoff.records.alerts.notifications import Choice


class NotificationIn(In):
    """One way to be told, on or off."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"mail": False}]})

    mail: StrictBool


class NotificationOut(Out):
    """An event, and how the asker is told of it."""

    event: str
    title: str
    explanation: str
    is_urgent: bool
    """Somebody must act."""
    mail: bool

    @classmethod
    def of(cls, choice: Choice) -> NotificationOut:
        event = choice.event
        return cls(
            event=event.name,
            title=event.title,
            explanation=event.explanation,
            is_urgent=event.is_urgent,
            mail=choice.by_mail,
        )
