"""What people are told of, in words: the events of which each person chooses how to hear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, case, literal, or_
from sqlalchemy.sql.elements import SQLCoreOperations

from signoff.kernel.people import LEAST_ROLE, Actor, May
from signoff.records.alerts.raising import INSTALLATION

TO_REVIEW: Final = "to_review"
CHANGES_REQUESTED: Final = "changes_requested"
DECIDED: Final = "decided"
COMMENTS: Final = "comments"
MENTIONS: Final = "mentions"
_OTHER: Final = "other"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that people are told, in words; `kinds` are the beginnings of the alerts' kinds."""

    name: str
    title: str
    explanation: str = ""
    kinds: tuple[str, ...] = ()
    is_urgent: bool = False
    """Somebody must act."""
    told: May = May.OPERATE
    """Whoever may do this is told."""

    def reaches(self, actor: Actor) -> bool:
        """Tell whether such mail is ever written to them."""
        is_told = actor.role.rank >= LEAST_ROLE[self.told].rank
        return is_told and (actor.is_operator or INSTALLATION not in self.kinds)


EVENTS: Final = (
    Event(
        "failed",
        "A post wasn't published",
        "With the reason and the next step.",
        ("failed_",),
        is_urgent=True,
    ),
    Event(
        "in_doubt",
        "Somebody has to look whether a post is out",
        "The platform doesn't tell, or shows what it shouldn't.",
        ("unknown:", "second_receipt:", "published_unwanted:"),
        is_urgent=True,
    ),
    Event(
        "late", "A post is late, or held because it is too late", "", ("overdue:", "held:"), is_urgent=True
    ),
    Event(
        "by_hand",
        "A post waits for somebody's hands",
        "To be published or taken down; with a reminder each day.",
        ("by_hand:", "manual_recovery:"),
        is_urgent=True,
    ),
    Event(
        "accounts",
        "An account must be connected again, or can't be checked",
        "Its posts wait until then.",
        ("reconnect:", "unchecked:"),
        is_urgent=True,
    ),
    Event(
        "stale",
        "A post waits too long for a decision",
        "Longer than its brand allows; once more after six times that.",
        ("stale:",),
    ),
    Event(
        TO_REVIEW,
        "A post waits for my review",
        "One that I look after, or that nobody looks after in particular.",
        told=May.DECIDE,
    ),
    Event(
        CHANGES_REQUESTED,
        "Somebody asks for changes to my post",
        "With what they say.",
        told=May.WRITE_POSTS,
    ),
    Event(DECIDED, "My post was approved, or skipped", "With what they say.", told=May.WRITE_POSTS),
    Event(
        COMMENTS,
        "Somebody comments on my post",
        "Or on one that I look after, or in a thread that I am part of.",
        told=May.WRITE_POSTS,
    ),
    Event(
        MENTIONS,
        "Somebody mentions me in a discussion",
        "When I haven't looked after two minutes.",
        told=May.READ,
    ),
    Event(
        "installation",
        "Something is wrong with this installation",
        "Workers, backups, periodic jobs.",
        (INSTALLATION,),
        is_urgent=True,
    ),
    Event(_OTHER, "Signoff paused publishing or moved times by itself"),
)


def event_of(fold_key: SQLCoreOperations[str]) -> ColumnElement[str]:
    """Give the event in SQL that an alert belongs to."""
    matches = [
        (or_(*(fold_key.startswith(kind, autoescape=True) for kind in event.kinds)), event.name)
        for event in EVENTS
        if event.kinds
    ]
    return case(*matches, else_=literal(_OTHER))
