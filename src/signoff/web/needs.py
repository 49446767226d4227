"""What needs the viewer now: one line each, the most urgent first, with one thing to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, auto
from typing import Final

from signoff.kernel.people import Actor, May
from signoff.organizations.channels import list_channels
from signoff.records.deliveries.queries import list_deliveries
from signoff.records.deliveries.views import DeliveryView, PostView
from signoff.records.posts.discussion import Asked, unseen_mentions
from signoff.records.posts.queries import list_posts, review_queue
from signoff.records.states import DeliveryState, PostState
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.web.frame import ASKING
from signoff.web.times import day_and_time, duration
from signoff.web.words import Tone

_SHOWN: Final = 5
"""Of one kind; the rest is counted."""
_QUOTED: Final = 160
_ENDS_SOON: Final = timedelta(days=14)
_CLOSE: Final = timedelta(hours=24)


_STALE: Final = timedelta(hours=72)
"""What waits this long for a decision may not be true any more."""


class Urgency(IntEnum):
    """In which order things are shown."""

    CLOSE = auto()  # a post wishes to go out today, and nobody has decided about it
    HELD = auto()
    FAILED = auto()
    SIGNED_OUT = auto()
    ASKS = auto()  # only a person can do it, or find it out
    STALE = auto()
    MENTION = auto()
    ENDS_SOON = auto()
    DECIDE = auto()
    UNKNOWN = auto()  # looked for by itself
    CHANGES = auto()
    IDLE = auto()


@dataclass(frozen=True, slots=True)
class Need:
    """Something to be done, and where."""

    urgency: Urgency

    tone: Tone
    icon: str
    title: str
    detail: str
    path: str
    button: str
    is_main: bool = False


async def needs_of(runtime: Runtime, actor: Actor, zone: str) -> list[Need]:
    """Collect what the viewer's role lets them do something about, the most urgent first."""
    now = runtime.clock.now()
    found: list[Need] = []
    if actor.may(May.OPERATE):
        held = await list_deliveries(runtime, actor, is_held=True, limit=20)
        found += _held(held.items)
        asking = await list_deliveries(runtime, actor, states=ASKING, limit=20)
        found += _deliveries(asking.items)
    found += _mentions(await unseen_mentions(runtime, actor))
    found += _channels(actor, await list_channels(runtime, actor), now)
    if actor.may(May.DECIDE):
        waiting = await review_queue(runtime, actor, limit=20)
        found += _reviews(waiting.items, now, zone, has_more=waiting.next_cursor is not None)
    if actor.may(May.WRITE_POSTS):
        mine = await list_posts(runtime, actor, state=PostState.DRAFT, author_id=actor.person_id, limit=50)
        found += _changes(mine.items)
    if actor.may(May.SCHEDULE):
        approved = await list_posts(runtime, actor, state=PostState.APPROVED, limit=50)
        found += _unscheduled(approved.items)
    return sorted(found, key=lambda need: need.urgency)


def _deliveries(views: Sequence[DeliveryView]) -> Iterator[Need]:
    urgent = sorted(views, key=lambda view: (not view.delivery.asks_person, view.delivery.state_since))
    for view in urgent[:_SHOWN]:
        delivery, path = view.delivery, f"/deliveries/{view.delivery.id}"
        where = f"{view.brand.name}, {view.channel.name}{' (sandbox)' if view.went_to_sandbox else ''}."
        if delivery.state is DeliveryState.FAILED:
            detail = f"{where} {delivery.error} {delivery.next_step}"
            title = f"Not sent: “{view.title}”"
            yield Need(Urgency.FAILED, "bad", "octagon-alert", title, detail, path, "Look")
        elif delivery.state is DeliveryState.UNKNOWN:
            title = f"Outcome unknown: “{view.title}”"
            if delivery.asks_person:
                said = f"{where} The platform can't tell: look at the account and settle it."
                yield Need(Urgency.ASKS, "odd", "circle-help", title, said, path, "Settle")
            else:
                said = f"{where} It is looked for by itself; you can check by hand."
                yield Need(Urgency.UNKNOWN, "odd", "circle-help", title, said, path, "Look")
        elif delivery.state is DeliveryState.MANUAL_DUE:
            title = f"Publish by hand: “{view.title}”"
            yield Need(Urgency.ASKS, "warn", "user-round", title, f"{where} It is due.", path, "Show how")
        else:
            detail = f"{where} {delivery.recovery_reason}"
            title = f"Take down by hand: “{view.title}”"
            yield Need(Urgency.ASKS, "warn", "undo-2", title, detail, path, "Show how")
    if (more := len(urgent) - _SHOWN) > 0:
        title = f"{more} more deliveries need a look"
        yield Need(Urgency.UNKNOWN, "bad", "octagon-alert", title, "", "/publishing", "Open the board")


def _held(views: Sequence[DeliveryView]) -> Iterator[Need]:
    for view in views[:1]:
        count = len(views)
        title = f"Held, too late: “{view.title}”" if count == 1 else f"{count} posts are held: too late"
        detail = f"{view.brand.name}, {view.channel.name}. Decide whether it still goes out."
        detail = detail if count == 1 else "Decide whether they still go out."
        yield Need(Urgency.HELD, "bad", "timer", title, detail, "/publishing/held", "Decide", is_main=True)


def _mentions(asked: Sequence[Asked]) -> Iterator[Need]:
    for each in asked[:_SHOWN]:
        title = f"{each.who} mentioned you: “{each.title}”"
        path = f"/posts/{each.comment.post_id}#discussion"
        said = each.comment.body[:_QUOTED]
        yield Need(Urgency.MENTION, "info", "message-circle", title, said, path, "Answer")


def _channels(actor: Actor, channels: Sequence[Channel], now: datetime) -> Iterator[Need]:
    can = actor.may(May.MANAGE_CHANNELS)
    for channel in channels:
        path = f"/channels/{channel.id}"
        if channel.state == "reconnect":
            button = "Reconnect" if can else "Look"
            detail = f"{channel.problem} Its posts wait until then."
            title = f"“{channel.name}” is signed out"
            yield Need(Urgency.SIGNED_OUT, "bad", "plug", title, detail, path, button)
        elif channel.expires_at and channel.expires_at - now < _ENDS_SOON:
            left = duration(channel.expires_at - now)
            detail = "Renew it before, or its posts will wait."
            title = f"The sign-in of “{channel.name}” ends in {left}"
            yield Need(Urgency.ENDS_SOON, "warn", "key-round", title, detail, path, "Renew")
        elif channel.warnings:
            title, detail = f"“{channel.name}” needs a look", channel.warnings[0]
            yield Need(Urgency.ENDS_SOON, "warn", "triangle-alert", title, detail, path, "Look")


def _reviews(waiting: Sequence[PostView], now: datetime, zone: str, *, has_more: bool) -> Iterator[Need]:
    close = [view for view in waiting if _is_close(view, now)]
    shown = (close + [view for view in waiting if view not in close])[:_SHOWN]
    for view in shown:
        yield _review(view, now, zone)
    if (more := len(waiting) - len(shown)) > 0:
        title = f"{f'{more} or more' if has_more else more} other posts wait for a decision"
        yield Need(Urgency.DECIDE, "info", "stamp", title, "", "/review", "Review")


def _is_close(view: PostView, now: datetime) -> bool:
    wish = view.post.suggested_time
    return wish is not None and now < wish < now + _CLOSE


def _review(view: PostView, now: datetime, zone: str) -> Need:
    names = ", ".join(channel.name for channel in view.channels)
    waited = now - view.post.state_since
    who = view.author_name or "Somebody"
    detail = f"{view.brand.name}, for {names}. {who} sent it {duration(waited)} ago."
    named = f"“{view.revision.title or view.revision.body[:60]}”"
    path = f"/review/{view.post.id}"
    wish = view.post.suggested_time
    if wish is not None and _is_close(view, now):
        title = f"Decide about {named} before {day_and_time(wish, zone, now)}"
        return Need(Urgency.CLOSE, "info", "stamp", title, detail, path, "Review", is_main=True)
    if waited > _STALE:
        title = f"{named} has waited {duration(waited)} for a decision"
        return Need(Urgency.STALE, "warn", "triangle-alert", title, detail, path, "Decide")
    return Need(
        Urgency.DECIDE, "info", "stamp", f"Decide about {named}", detail, path, "Review", is_main=True
    )


def _changes(mine: Sequence[PostView]) -> Iterator[Need]:
    asked = [view for view in mine if view.post.changes_requested]
    for view in asked[:_SHOWN]:
        decision, who = view.decisions[0] if view.decisions else (None, "A reviewer")
        detail = f"{who}: “{decision.comment}”" if decision else "See the note."
        title = f"Changes requested: “{view.revision.title or view.revision.body[:60]}”"
        yield Need(Urgency.CHANGES, "warn", "undo-2", title, detail, f"/posts/{view.post.id}/edit", "Edit")


def _unscheduled(approved: Sequence[PostView]) -> Iterator[Need]:
    idle = [
        view
        for view in approved
        if all(each.delivery.state is DeliveryState.CANCELLED for each in view.deliveries)
    ]
    for view in idle[:_SHOWN]:
        title = f"Approved, not scheduled: “{view.revision.title or view.revision.body[:60]}”"
        detail = f"{view.brand.name}, for {', '.join(channel.name for channel in view.channels)}."
        yield Need(Urgency.IDLE, "", "calendar-clock", title, detail, f"/posts/{view.post.id}", "Schedule")
