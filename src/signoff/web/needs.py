"""What needs the viewer now: one line each, the most urgent first, with one thing to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from signoff.kernel.people import Actor, May
from signoff.organizations.channels import list_channels
from signoff.records.delivery_queries import list_deliveries
from signoff.records.discussion import Asked, unseen_mentions
from signoff.records.queries import list_posts, review_queue
from signoff.records.states import DeliveryState, PostState
from signoff.records.tenants import Channel
from signoff.records.views import DeliveryView, PostView
from signoff.runtime import Runtime
from signoff.web.frame import ASKING
from signoff.web.times import duration
from signoff.web.words import Tone

_SHOWN: Final = 5
"""Of one kind; the rest is counted."""
_QUOTED: Final = 160
_ENDS_SOON: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Need:
    """Something to be done, and where."""

    tone: Tone
    icon: str
    title: str
    detail: str
    path: str
    button: str
    is_main: bool = False


async def needs_of(runtime: Runtime, actor: Actor) -> list[Need]:
    """Collect what the viewer's role lets them do something about."""
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
        found += _reviews(waiting.items, now, has_more=waiting.next_cursor is not None)
    if actor.may(May.WRITE_POSTS):
        mine = await list_posts(runtime, actor, state=PostState.DRAFT, author_id=actor.person_id, limit=50)
        found += _changes(mine.items)
    if actor.may(May.SCHEDULE):
        approved = await list_posts(runtime, actor, state=PostState.APPROVED, limit=50)
        found += _unscheduled(approved.items)
    return found


def _deliveries(views: Sequence[DeliveryView]) -> Iterator[Need]:
    urgent = sorted(views, key=lambda view: (not view.delivery.asks_person, view.delivery.state_since))
    for view in urgent[:_SHOWN]:
        delivery, path = view.delivery, f"/deliveries/{view.delivery.id}"
        where = f"{view.brand.name}, {view.channel.name}{' (sandbox)' if view.went_to_sandbox else ''}."
        if delivery.state is DeliveryState.FAILED:
            detail = f"{where} {delivery.error} {delivery.next_step}"
            yield Need("bad", "octagon-alert", f"Not sent: “{view.title}”", detail, path, "Look")
        elif delivery.state is DeliveryState.UNKNOWN:
            said = "You have to find out." if delivery.asks_person else "It is looked for by itself."
            yield Need(
                "odd", "circle-help", f"Outcome unknown: “{view.title}”", f"{where} {said}", path, "Look"
            )
        elif delivery.state is DeliveryState.MANUAL_DUE:
            title = f"Publish by hand: “{view.title}”"
            yield Need("warn", "user-round", title, f"{where} It is due.", path, "Show how")
        else:
            detail = f"{where} {delivery.recovery_reason}"
            yield Need("warn", "undo-2", f"Take down by hand: “{view.title}”", detail, path, "Show how")
    if (more := len(urgent) - _SHOWN) > 0:
        yield Need(
            "bad", "octagon-alert", f"{more} more deliveries need a look", "", "/publishing", "Open the board"
        )


def _held(views: Sequence[DeliveryView]) -> Iterator[Need]:
    for view in views[:1]:
        count = len(views)
        title = f"Held, too late: “{view.title}”" if count == 1 else f"{count} posts are held: too late"
        detail = f"{view.brand.name}, {view.channel.name}. Decide whether it still goes out."
        detail = detail if count == 1 else "Decide whether they still go out."
        yield Need("bad", "timer", title, detail, "/publishing/held", "Decide", is_main=True)


def _mentions(asked: Sequence[Asked]) -> Iterator[Need]:
    for each in asked[:_SHOWN]:
        title = f"{each.who} mentioned you: “{each.title}”"
        path = f"/posts/{each.comment.post_id}#discussion"
        yield Need("info", "message-circle", title, each.comment.body[:_QUOTED], path, "Answer")


def _channels(actor: Actor, channels: Sequence[Channel], now: datetime) -> Iterator[Need]:
    can = actor.may(May.MANAGE_CHANNELS)
    for channel in channels:
        path = f"/channels/{channel.id}"
        if channel.state == "reconnect":
            button = "Reconnect" if can else "Look"
            detail = f"{channel.problem} Its posts wait until then."
            yield Need("bad", "plug", f"“{channel.name}” is signed out", detail, path, button)
        elif channel.expires_at and channel.expires_at - now < _ENDS_SOON:
            left = duration(channel.expires_at - now)
            detail = "Renew it before, or its posts will wait."
            yield Need(
                "warn", "key-round", f"The sign-in of “{channel.name}” ends in {left}", detail, path, "Renew"
            )
        elif channel.warnings:
            yield Need(
                "warn", "triangle-alert", f"“{channel.name}” needs a look", channel.warnings[0], path, "Look"
            )


def _reviews(waiting: Sequence[PostView], now: datetime, *, has_more: bool) -> Iterator[Need]:
    for view in waiting[:_SHOWN]:
        names = ", ".join(channel.name for channel in view.channels)
        waited = duration(now - view.post.state_since)
        detail = f"{view.brand.name}, for {names}. {view.author_name or 'Somebody'} sent it {waited} ago."
        title = f"Decide about “{view.revision.title or view.revision.body[:60]}”"
        yield Need("info", "stamp", title, detail, f"/review/{view.post.id}", "Review", is_main=True)
    if (more := len(waiting) - _SHOWN) > 0:
        count = f"{more} or more" if has_more else str(more)
        yield Need("info", "stamp", f"{count} other posts wait for a decision", "", "/review", "Review")


def _changes(mine: Sequence[PostView]) -> Iterator[Need]:
    asked = [view for view in mine if view.post.changes_requested]
    for view in asked[:_SHOWN]:
        decision, who = view.decisions[0] if view.decisions else (None, "A reviewer")
        detail = f"{who}: “{decision.comment}”" if decision else "See the note."
        title = f"Changes requested: “{view.revision.title or view.revision.body[:60]}”"
        yield Need("warn", "undo-2", title, detail, f"/posts/{view.post.id}/edit", "Edit")


def _unscheduled(approved: Sequence[PostView]) -> Iterator[Need]:
    idle = [
        view
        for view in approved
        if all(each.delivery.state is DeliveryState.CANCELLED for each in view.deliveries)
    ]
    for view in idle[:_SHOWN]:
        title = f"Approved, not scheduled: “{view.revision.title or view.revision.body[:60]}”"
        detail = f"{view.brand.name}, for {', '.join(channel.name for channel in view.channels)}."
        yield Need("", "calendar-clock", title, detail, f"/posts/{view.post.id}", "Schedule")
