"""How the pages name states and events: a word, an icon and a tone each. Colour never stands alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from signoff.kernel.people import May, Role
from signoff.pipeline.schedule.overdue_rule import Fate
from signoff.records.deliveries.waiting import Hold, Waiting
from signoff.records.models import Delivery, Post
from signoff.records.states import ContentType, DeliveryState, PostState

Tone: TypeAlias = Literal["", "ok", "warn", "bad", "info", "odd", "dash", "line"]


@dataclass(frozen=True, slots=True)
class Label:
    """What a badge or a line of a timeline says."""

    word: str
    icon: str
    tone: Tone = ""
    is_moving: bool = False


CHANGES_REQUESTED: Final = Label("Changes requested", "undo-2", "warn")

POST_LABELS: Final[Mapping[PostState, Label]] = {
    PostState.DRAFT: Label("Draft", "circle-dashed", "dash"),
    PostState.IN_REVIEW: Label("In review", "eye", "warn"),
    PostState.APPROVED: Label("Approved", "stamp", "info"),
    PostState.ARCHIVED: Label("Archived", "archive", "line"),
}

DELIVERY_LABELS: Final[Mapping[DeliveryState, Label]] = {
    DeliveryState.SCHEDULED: Label("Scheduled", "calendar-clock", "info"),
    DeliveryState.MANUAL_DUE: Label("To do by hand", "user-round", "warn"),
    DeliveryState.PUBLISHING: Label("Publishing", "loader-circle", "info", is_moving=True),
    DeliveryState.PUBLISHED: Label("Published", "circle-check", "ok"),
    DeliveryState.UNKNOWN: Label("Reconciling", "circle-help", "odd"),
    DeliveryState.FAILED: Label("Failed", "octagon-alert", "bad"),
    DeliveryState.CANCELLED: Label("Cancelled", "ban", "line"),
    DeliveryState.RECOVERING: Label("Recovering", "loader-circle", "warn", is_moving=True),
    DeliveryState.RECOVERED: Label("Removed", "undo-2", "line"),
    DeliveryState.MANUAL_RECOVERY_NEEDED: Label("Recover by hand", "user-round", "warn"),
}

ATTEMPT_OUTCOMES: Final[Mapping[DeliveryState, Label]] = {
    **DELIVERY_LABELS,
    DeliveryState.SCHEDULED: Label("Put back in line", "timer", "warn"),
    DeliveryState.UNKNOWN: Label("Unknown", "circle-help", "odd"),
}
"""What the state after an attempt says about it; “Scheduled” would read as if nothing had been tried."""

ASKS_PERSON: Final = Label("Outcome unknown", "circle-help", "odd")
QUEUED: Final = Label("Queued", "clock")
HELD: Final = Label("Waiting", "timer", "warn")
LATE: Final = Label("Held (late)", "timer", "bad")
PAUSED: Final = Label("Paused", "pause", "warn")
RECONNECT: Final = Label("Reconnect", "plug", "warn")
HOLDS: Final[Mapping[Hold, Label]] = {Hold.PAUSED: PAUSED, Hold.RECONNECT: RECONNECT, Hold.LATE: LATE}
"""What a delivery that is held is called; `HELD` where nothing stands here."""

WAITING_MEANS: Final[Mapping[Hold, str]] = {
    Hold.PAUSED: "It goes out after somebody resumes, by the rule that is chosen then.",
    Hold.REMOVED: "Cancel it, or connect the channel anew.",
    Hold.RECONNECT: "Then it goes out by itself, if it isn't too late for its brand.",
    Hold.PLATFORM: "That costs it no try; the other posts of this account wait, too.",
    Hold.BUDGET: "The account has used what it may within that time; that costs it no try.",
    Hold.TURN: "Late posts of one channel go out one after the other.",
    Hold.RETRY: "Nothing is out, so trying again is safe.",
}
"""What a wait means, and how it ends."""

FATE_LABELS: Final[Mapping[Fate, Label]] = {
    Fate.PUBLISH: Label("Goes out", "send", "ok"),
    Fate.MOVE: Label("Moved", "calendar-clock", "info"),
    Fate.HOLD: LATE,
    Fate.PAUSED: Label("Still paused", "pause", "warn"),
}
"""What becomes of what a pause made overdue."""

CHANNEL_LABELS: Final[Mapping[str, Label]] = {
    "connected": Label("Healthy", "circle-check", "ok"),
    "reconnect": Label("Signed out", "octagon-alert", "bad"),
    "unknown": Label("Not checked", "circle-help"),
}
WARNED: Final = Label("Needs a look", "triangle-alert", "warn")

CONTENT_TYPES: Final[Mapping[ContentType, str]] = {
    ContentType.FEED_POST: "Feed post",
    ContentType.STORY: "Story",
    ContentType.REEL: "Reel",
    ContentType.CAROUSEL: "Carousel",
    ContentType.FAQ_PAGE: "Question page",
    ContentType.OCCASION_PAGE: "Occasion page",
    ContentType.BLOG_POST: "Blog post",
    ContentType.GBP_UPDATE: "Business Profile update",
    ContentType.GBP_OFFER: "Business Profile offer",
    ContentType.GBP_EVENT: "Business Profile event",
}

ROLES: Final[Mapping[Role, str]] = {
    Role.VIEWER: "Reads everything",
    Role.AUTHOR: "Writes posts and sends them to review",
    Role.REVIEWER: "Approves, requests changes, skips",
    Role.PUBLISHER: "Schedules, retries, takes down, pauses",
    Role.ADMIN: "Edits all posts, manages brands, channels and people",
    Role.OWNER: "Everything, also other owners",
}

PERMISSIONS: Final[Mapping[May, str]] = {
    May.READ: "Read posts, deliveries and channels",
    May.WRITE_POSTS: "Write posts and send them to review",
    May.DECIDE: "Approve, request changes, skip",
    May.SCHEDULE: "Schedule approved posts",
    May.OPERATE: "Retry, cancel, settle, take down",
    May.PAUSE: "Pause and resume publishing",
    May.EDIT_ALL_POSTS: "Edit posts of others",
    May.MANAGE_BRANDS: "Create and change brands",
    May.MANAGE_CHANNELS: "Connect and remove channels",
    May.MANAGE_MEMBERS: "Invite people and change roles",
    May.READ_AUDIT: "Read the audit log",
    May.MANAGE_OWNERS: "Make and remove owners",
}


ATTEMPT_KINDS: Final[Mapping[str, str]] = {
    "attempt": "Attempt",
    "publish": "Attempt",
    "look": "Look for it on the platform",
    "take_down": "Taking down",
}


_TRACE: Final = re.compile(r" \([^()]*trace [^()]*\)")


def briefly(error: str) -> str:
    """Leave out under which number a platform finds an error again; the delivery's page has it."""
    return _TRACE.sub("", error)


def post_label(post: Post) -> Label:
    """Name a post's state; a draft that came back from review says so."""
    if post.state is PostState.DRAFT and post.changes_requested:
        return CHANGES_REQUESTED
    return POST_LABELS[post.state]


def delivery_label(delivery: Delivery, waiting: Waiting | None = None, *, is_due: bool = False) -> Label:
    """Name a delivery's state; for a scheduled one that something holds, that."""
    if delivery.state is DeliveryState.UNKNOWN and delivery.asks_person:
        return ASKS_PERSON
    if delivery.state is not DeliveryState.SCHEDULED:
        return DELIVERY_LABELS[delivery.state]
    if waiting is not None:
        return HOLDS.get(waiting.hold, HELD)
    return QUEUED if is_due else DELIVERY_LABELS[DeliveryState.SCHEDULED]


_EVENTS: Final[Mapping[str, Label]] = {
    "post.create": Label("Written", "pencil-line"),
    "post.edit": Label("Edited", "pencil-line"),
    "post.delete": Label("Deleted", "trash-2"),
    "post.submit": Label("Sent to review", "send", "info"),
    "post.decide_approve": Label("Approved", "stamp", "ok"),
    "post.decide_request_changes": Label("Asked for changes", "undo-2", "warn"),
    "post.decide_skip": Label("Decided to skip", "archive"),
    "post.approve": Label("Approved and sealed", "stamp", "ok"),
    "post.request_changes": Label("Changes requested", "undo-2", "warn"),
    "post.skip": Label("Skipped", "archive"),
    "post.undo_decision": Label("Decision taken back", "rotate-ccw", "warn"),
    "post.check_statement": Label("Statement checked", "user-check"),
    "post.uncheck_statement": Label("Statement open again", "circle-help"),
    "post.assign": Label("Given to somebody to look after", "user-check"),
    "comment.add": Label("Commented", "message-circle"),
    "comment.settle": Label("Thread settled", "check"),
    "comment.reopen": Label("Thread opened again", "message-circle"),
    "comment.withdraw": Label("Comment taken back", "undo-2"),
    "post.archive": Label("Archived", "archive"),
    "post.restore": Label("Restored as a draft", "rotate-ccw"),
    "delivery.schedule": Label("Scheduled", "calendar-clock", "info"),
    "delivery.reschedule": Label("Moved", "calendar-clock"),
    "delivery.hold": Label("Held until somebody decides", "timer", "warn"),
    "delivery.release": Label("Let go although late", "play", "warn"),
    "delivery.turn": Label("Missed its time, and got a turn", "clock", "warn"),
    "delivery.hand_over": Label("Handed over: to do by hand", "user-round", "warn"),
    "delivery.follow_zone": Label("Moved with its clock", "clock", "warn"),
    "delivery.claim": Label("Taken up by a worker", "play"),
    "delivery.intent": Label("Sending begins", "send", "info"),
    "delivery.confirm": Label("Published", "circle-check", "ok"),
    "delivery.put_back": Label("Put back in line", "timer", "warn"),
    "delivery.lose_track": Label("Outcome unknown", "circle-help", "odd"),
    "delivery.look_now": Label("Asked to look now", "search"),
    "delivery.rule_out": Label("Certainly not out", "rotate-ccw"),
    "delivery.fail": Label("Failed", "octagon-alert", "bad"),
    "delivery.hurry": Label("Next try brought forward", "rotate-ccw"),
    "delivery.retry": Label("Retried by a person", "rotate-ccw"),
    "delivery.cancel": Label("Cancelled", "ban"),
    "delivery.stop": Label("Stopped before sending", "ban"),
    "delivery.leave": Label("Left unpublished", "ban"),
    "delivery.doubt": Label("In doubt after a restore", "circle-help", "odd"),
    "delivery.recover": Label("Taking down begins", "undo-2", "warn"),
    "delivery.want_cancelled": Label("Not wanted any more", "ban", "warn"),
    "delivery.want_recovered": Label("To be taken down", "undo-2", "warn"),
    "delivery.take_down": Label("Taken down", "undo-2", "ok"),
    "delivery.need_hands": Label("Must be taken down by hand", "user-round", "warn"),
    "media.add": Label("Picture added", "image"),
    "session.opened": Label("Signed in", "key-round"),
    "session.revoked": Label("Session ended", "log-out"),
    "pause.start": Label("Publishing paused", "pause", "warn"),
    "pause.end": Label("Publishing resumed", "play", "ok"),
    "template.created": Label("Template kept", "file-text"),
    "template.changed": Label("Template changed", "file-text"),
    "template.archived": Label("Template archived", "archive"),
    "template.restored": Label("Template restored", "rotate-ccw"),
    "template.used": Label("Begun with a template", "file-text"),
    "snippet.created": Label("Snippet kept", "quote"),
    "snippet.changed": Label("Snippet changed", "quote"),
    "snippet.archived": Label("Snippet archived", "archive"),
    "snippet.restored": Label("Snippet restored", "rotate-ccw"),
    "brand.created": Label("Brand created", "store"),
    "brand.changed": Label("Brand changed", "store"),
    "approval.changed": Label("Approval rules set", "stamp"),
    "closed_days.add": Label("Days without posts set", "calendar-x"),
    "closed_days.remove": Label("Days without posts lifted", "calendar-check"),
    "cadence.changed": Label("Cadence set", "calendar-check"),
    "brand.removed": Label("Brand removed", "trash-2", "warn"),
    "channel.connected": Label("Channel connected", "plug", "ok"),
    "channel.reconnected": Label("Channel reconnected", "plug", "ok"),
    "channel.checked": Label("Channel checked", "refresh-cw"),
    "channel.changed": Label("Channel changed", "plug"),
    "channel.removed": Label("Channel removed", "trash-2", "warn"),
    "member.invited": Label("Member invited", "mail"),
    "member.role_changed": Label("Role changed", "users"),
    "member.brands_changed": Label("Brands changed", "store"),
    "member.removed": Label("Member removed", "users", "warn"),
    "token.created": Label("Token made", "key-round"),
    "token.revoked": Label("Token revoked", "ban"),
    "person.changed": Label("Profile changed", "user-round"),
    "notifications.change": Label("Notifications chosen", "bell"),
    "person.password_set": Label("Password set", "key-round"),
    "member.accepted": Label("Invitation accepted", "users", "ok"),
    "alert.raise": Label("Alert raised", "bell", "warn"),
    "alert.close": Label("Alert closed", "check"),
    "installation.restore": Label("Restored from a backup", "rotate-ccw", "warn"),
    "organization.founded": Label("Organization founded", "building-2"),
}


def event_label(action: str) -> Label:
    """Name an audited action; one without a name of its own is spelled out."""
    known = _EVENTS.get(action)
    if known:
        return known
    subject, _, verb = action.partition(".")
    said = f"{subject} {verb}".replace("_", " ").replace(".", " ").strip()
    return Label(said[:1].upper() + said[1:], "info")


_PATHS: Final[Mapping[str, str]] = {
    "post": "/posts/{}",
    "delivery": "/deliveries/{}",
    "channel": "/channels/{}",
    "brand": "/settings/brands/{}",
    "template": "/settings/templates/{}",
    "snippet": "/settings/snippets/{}",
}


def subject_path(subject_type: str, subject_id: object, post_id: object) -> str:
    """Give the page of what an audit entry is about; empty where it has none."""
    pattern = _PATHS.get(subject_type)
    if pattern:
        return pattern.format(subject_id)
    return _PATHS["post"].format(post_id) if post_id else ""


_TOLD: Final = (
    "reason",
    "comment",
    "error",
    "detail",
    "evidence",
    "permalink",
    "due_local",
    "moved_why",
    "although",
    "name",
    "role",
)


def event_detail(detail: Mapping[str, Any]) -> str:
    """Give what an audit entry adds that people can read."""
    return " · ".join(str(detail[key]) for key in _TOLD if detail.get(key))
