"""The life of a post and the life of a delivery, as data. Only `records.moves` writes the states."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Generic, NamedTuple, TypeVar


class PostState(StrEnum):
    """Where a post stands on the way to approval."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    ARCHIVED = "archived"


class PostAction(StrEnum):
    """What moves a post."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    SKIP = "skip"
    ARCHIVE = "archive"
    RESTORE = "restore"


class Verdict(StrEnum):
    """What a reviewer can decide."""

    APPROVE = "approve"
    REQUEST_CHANGES = "request_changes"
    SKIP = "skip"


class DeliveryState(StrEnum):
    """What is known about a delivery."""

    SCHEDULED = "scheduled"  # sealed, waiting for its time
    MANUAL_DUE = "manual_due"  # a person publishes it by hand, then says where it is
    PUBLISHING = "publishing"  # one worker holds the lease
    PUBLISHED = "published"
    UNKNOWN = "unknown"  # the platform may have it: ask before doing anything else
    FAILED = "failed"  # certainly not out; a person decides
    CANCELLED = "cancelled"
    RECOVERING = "recovering"  # being taken down
    RECOVERED = "recovered"
    MANUAL_RECOVERY_NEEDED = "manual_recovery_needed"  # the platform can't: a person takes it down


class DeliveryAction(StrEnum):
    """What moves a delivery."""

    CLAIM = "claim"
    HAND_OVER = "hand_over"
    CONFIRM = "confirm"
    PUT_BACK = "put_back"
    LOSE_TRACK = "lose_track"
    RULE_OUT = "rule_out"
    FAIL = "fail"
    RETRY = "retry"
    CANCEL = "cancel"
    STOP = "stop"
    LEAVE = "leave"
    DOUBT = "doubt"
    RECOVER = "recover"
    TAKE_DOWN = "take_down"
    NEED_HANDS = "need_hands"


S = TypeVar("S", PostState, DeliveryState)


class Who(StrEnum):
    """Who may ask for a move."""

    WORKER = "worker"
    PEOPLE = "people"
    RESTORE = "restore"


class Move(NamedTuple, Generic[S]):
    """From where, to where, and who may ask."""

    sources: frozenset[S]
    target: S
    by: frozenset[Who]


_P = PostState
_D = DeliveryState
_WORKER: Final = frozenset({Who.WORKER})
_PEOPLE: Final = frozenset({Who.PEOPLE})

POST_MOVES: Final[Mapping[PostAction, Move[PostState]]] = {
    PostAction.SUBMIT: Move(frozenset({_P.DRAFT}), _P.IN_REVIEW, _PEOPLE),
    PostAction.APPROVE: Move(frozenset({_P.IN_REVIEW}), _P.APPROVED, _PEOPLE),
    PostAction.REQUEST_CHANGES: Move(frozenset({_P.IN_REVIEW, _P.APPROVED}), _P.DRAFT, _PEOPLE),
    PostAction.SKIP: Move(frozenset({_P.IN_REVIEW}), _P.ARCHIVED, _PEOPLE),
    PostAction.ARCHIVE: Move(frozenset({_P.DRAFT, _P.IN_REVIEW, _P.APPROVED}), _P.ARCHIVED, _PEOPLE),
    # Always back to draft: an approval that was given up doesn't come back by itself.
    PostAction.RESTORE: Move(frozenset({_P.ARCHIVED}), _P.DRAFT, _PEOPLE),
}

_NOT_KNOWN_OUT: Final = frozenset(
    {_D.SCHEDULED, _D.MANUAL_DUE, _D.PUBLISHING, _D.UNKNOWN, _D.FAILED, _D.CANCELLED}
)

DELIVERY_MOVES: Final[Mapping[DeliveryAction, Move[DeliveryState]]] = {
    DeliveryAction.CLAIM: Move(frozenset({_D.SCHEDULED}), _D.PUBLISHING, _WORKER),
    # Due, and published by hand: from here on no worker sends it.
    DeliveryAction.HAND_OVER: Move(frozenset({_D.SCHEDULED}), _D.MANUAL_DUE, _WORKER),
    # A receipt is evidence and wins in any state.
    DeliveryAction.CONFIRM: Move(_NOT_KNOWN_OUT, _D.PUBLISHED, _WORKER | _PEOPLE),
    DeliveryAction.PUT_BACK: Move(frozenset({_D.PUBLISHING}), _D.SCHEDULED, _WORKER),
    DeliveryAction.LOSE_TRACK: Move(frozenset({_D.PUBLISHING}), _D.UNKNOWN, _WORKER),
    DeliveryAction.RULE_OUT: Move(frozenset({_D.UNKNOWN}), _D.SCHEDULED, _WORKER | _PEOPLE),
    DeliveryAction.FAIL: Move(frozenset({_D.PUBLISHING, _D.UNKNOWN}), _D.FAILED, _WORKER),
    DeliveryAction.RETRY: Move(frozenset({_D.FAILED}), _D.SCHEDULED, _PEOPLE),
    DeliveryAction.CANCEL: Move(frozenset({_D.SCHEDULED, _D.MANUAL_DUE, _D.FAILED}), _D.CANCELLED, _PEOPLE),
    # Before the intent: no longer wanted.
    DeliveryAction.STOP: Move(frozenset({_D.PUBLISHING}), _D.CANCELLED, _WORKER),
    # Certainly not out, and no longer wanted.
    DeliveryAction.LEAVE: Move(frozenset({_D.UNKNOWN}), _D.CANCELLED, _WORKER | _PEOPLE),
    # After a restore nothing that was open is taken for granted.
    DeliveryAction.DOUBT: Move(
        frozenset({_D.SCHEDULED, _D.MANUAL_DUE, _D.PUBLISHING, _D.UNKNOWN, _D.FAILED}),
        _D.UNKNOWN,
        frozenset({Who.RESTORE}),
    ),
    DeliveryAction.RECOVER: Move(
        frozenset({_D.PUBLISHED, _D.MANUAL_RECOVERY_NEEDED}), _D.RECOVERING, _WORKER | _PEOPLE
    ),
    DeliveryAction.TAKE_DOWN: Move(
        frozenset({_D.RECOVERING, _D.MANUAL_RECOVERY_NEEDED}), _D.RECOVERED, _WORKER | _PEOPLE
    ),
    DeliveryAction.NEED_HANDS: Move(frozenset({_D.RECOVERING}), _D.MANUAL_RECOVERY_NEEDED, _WORKER),
}

OPEN: Final = frozenset({_D.SCHEDULED, _D.MANUAL_DUE, _D.PUBLISHING, _D.UNKNOWN})
"""A delivery that may still become visible."""


class Wanted(StrEnum):
    """What people want of a delivery that can't be stopped any more, or must not start."""

    CANCELLED = "cancelled"
    RECOVERED = "recovered"


class PublishMode(StrEnum):
    """Who publishes a delivery when it is due."""

    AUTO = "auto"  # a worker
    MANUAL = "manual"  # a person, by hand


class LatePolicy(StrEnum):
    """What becomes of a delivery that couldn't go out within its brand's late window."""

    ASK = "ask"  # held until a person decides
    SPREAD = "spread"  # goes out by itself: one after the other, and not at night
    PUBLISH = "publish"  # goes out at once


class OnResume(StrEnum):
    """What becomes of what is overdue when a pause ends."""

    PUBLISH = "publish"  # one after the other; what is too late, not at night
    RESCHEDULE = "reschedule"  # to new due times, the next that are allowed
    ASK = "ask"  # held until a person decides about each


class ContentType(StrEnum):
    """What a post is; which of them a platform takes, its connector says."""

    FEED_POST = "feed_post"
    STORY = "story"
    REEL = "reel"
    CAROUSEL = "carousel"
    FAQ_PAGE = "faq_page"
    OCCASION_PAGE = "occasion_page"
    BLOG_POST = "blog_post"
    GBP_UPDATE = "gbp_update"
    GBP_OFFER = "gbp_offer"
    GBP_EVENT = "gbp_event"
