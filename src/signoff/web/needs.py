"""What needs the viewer now: one line each, the most urgent first, with one thing to do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, auto
from typing import Final, TypeAlias

from signoff.kernel.ids import ChannelId
from signoff.kernel.people import Actor, May
from signoff.organizations.channels.overview import ENDS_SOON
from signoff.records.overview.asking import AskingDelivery, AskingPost
from signoff.records.overview.start import SHOWN, Requests, Start
from signoff.records.planning.plan import ChannelLine
from signoff.records.posts.discussion import Asked
from signoff.records.states import DeliveryState
from signoff.web.times import day_and_time, duration
from signoff.web.words import Tone, briefly

Names: TypeAlias = Mapping[ChannelId, str]

_QUOTED: Final = 160
_CLOSE: Final = timedelta(hours=24)


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


def needs_of(start: Start, actor: Actor, zone: str, now: datetime) -> list[Need]:
    """Say what the viewer's role lets them do something about, the most urgent first."""
    asked = start.requests
    names = {channel.id: channel.name for channel in start.channels}
    found = [
        *_held(asked.held),
        *_deliveries(asked.deliveries),
        *_mentions(asked.mentions),
        *_channels(actor, [channel for channel in start.channels if not channel.is_removed], now),
        *_reviews(asked, names, now, zone),
        *_changes(asked),
        *_unscheduled(asked.idle, names),
    ]
    return sorted(found, key=lambda need: need.urgency)


def _deliveries(deliveries: Sequence[AskingDelivery]) -> Iterator[Need]:
    urgent = sorted(deliveries, key=lambda one: (not one.asks_person, one.state_since))
    for delivery in urgent[:SHOWN]:
        path = f"/deliveries/{delivery.id}"
        where = f"{delivery.brand}, {delivery.channel}{' (sandbox)' if delivery.went_to_sandbox else ''}."
        if delivery.state is DeliveryState.FAILED:
            detail = f"{where} {briefly(delivery.error)} {delivery.next_step}"
            title = f"Not sent: “{delivery.title}”"
            yield Need(Urgency.FAILED, "bad", "octagon-alert", title, detail, path, "Look")
        elif delivery.state is DeliveryState.UNKNOWN:
            title = f"Outcome unknown: “{delivery.title}”"
            if delivery.asks_person:
                said = f"{where} The platform can't tell: look at the account and settle it."
                yield Need(Urgency.ASKS, "odd", "circle-help", title, said, path, "Settle")
            else:
                said = f"{where} It is looked for by itself; you can check by hand."
                yield Need(Urgency.UNKNOWN, "odd", "circle-help", title, said, path, "Look")
        elif delivery.state is DeliveryState.MANUAL_DUE:
            title = f"Publish by hand: “{delivery.title}”"
            yield Need(Urgency.ASKS, "warn", "user-round", title, f"{where} It is due.", path, "Show how")
        else:
            detail = f"{where} {delivery.recovery_reason}"
            title = f"Take down by hand: “{delivery.title}”"
            yield Need(Urgency.ASKS, "warn", "undo-2", title, detail, path, "Show how")
    if (more := len(urgent) - SHOWN) > 0:
        title = f"{more} more deliveries need a look"
        yield Need(Urgency.UNKNOWN, "bad", "octagon-alert", title, "", "/publishing", "Open the board")


def _held(held: Sequence[AskingDelivery]) -> Iterator[Need]:
    for first in held[:1]:
        count = len(held)
        title = f"Held, too late: “{first.title}”" if count == 1 else f"{count} posts are held: too late"
        detail = f"{first.brand}, {first.channel}. Decide whether it still goes out."
        detail = detail if count == 1 else "Decide whether they still go out."
        yield Need(Urgency.HELD, "bad", "timer", title, detail, "/publishing/held", "Decide", is_main=True)


def _mentions(asked: Sequence[Asked]) -> Iterator[Need]:
    for each in asked[:SHOWN]:
        title = f"{each.who} mentioned you: “{each.title}”"
        path = f"/posts/{each.comment.post_id}#discussion"
        said = each.comment.body[:_QUOTED]
        yield Need(Urgency.MENTION, "info", "message-circle", title, said, path, "Answer")


def _channels(actor: Actor, channels: Sequence[ChannelLine], now: datetime) -> Iterator[Need]:
    can = actor.may(May.MANAGE_CHANNELS)
    for channel in channels:
        path = f"/channels/{channel.id}"
        if channel.state == "reconnect":
            button = "Reconnect" if can else "Look"
            detail = f"{channel.problem} Its posts wait until then."
            title = f"“{channel.name}” is signed out"
            yield Need(Urgency.SIGNED_OUT, "bad", "plug", title, detail, path, button)
        elif channel.expires_at and channel.expires_at - now < ENDS_SOON:
            left = duration(channel.expires_at - now)
            detail = "Renew it before, or its posts will wait."
            title = f"The sign-in of “{channel.name}” ends in {left}"
            yield Need(Urgency.ENDS_SOON, "warn", "key-round", title, detail, path, "Renew")
        elif channel.warning:
            title, detail = f"“{channel.name}” needs a look", channel.warning
            yield Need(Urgency.ENDS_SOON, "warn", "triangle-alert", title, detail, path, "Look")


def _reviews(asked: Requests, names: Names, now: datetime, zone: str) -> Iterator[Need]:
    waiting = asked.reviews
    close = [post for post in waiting if _is_close(post, now)]
    shown = (close + [post for post in waiting if post not in close])[:SHOWN]
    for post in shown:
        yield _review(post, names, now, zone)
    if (more := len(waiting) - len(shown)) > 0:
        many = f"{more} or more" if asked.has_more_reviews else str(more)
        title = f"{many} other posts wait for a decision"
        yield Need(Urgency.DECIDE, "info", "stamp", title, "", "/review", "Review")


def _is_close(post: AskingPost, now: datetime) -> bool:
    return post.wished_at is not None and now < post.wished_at < now + _CLOSE


def _where(post: AskingPost, names: Names) -> str:
    return f"{post.brand}, for {', '.join(names[each] for each in post.channel_ids if each in names)}."


def _review(post: AskingPost, names: Names, now: datetime, zone: str) -> Need:
    waited = now - post.state_since
    detail = f"{_where(post, names)} {post.author or 'Somebody'} sent it {duration(waited)} ago."
    named, path, wish = f"“{post.title}”", f"/review/{post.id}", post.wished_at
    if wish is not None and _is_close(post, now):
        title = f"Decide about {named} before {day_and_time(wish, zone, now)}"
        return Need(Urgency.CLOSE, "info", "stamp", title, detail, path, "Review", is_main=True)
    if waited > timedelta(hours=post.stale_after_hours):
        title = f"{named} has waited {duration(waited)} for a decision"
        return Need(Urgency.STALE, "warn", "triangle-alert", title, detail, path, "Decide")
    return Need(
        Urgency.DECIDE, "info", "stamp", f"Decide about {named}", detail, path, "Review", is_main=True
    )


def _changes(asked: Requests) -> Iterator[Need]:
    for post in asked.sent_back:
        answer = asked.answers.get(post.id)
        detail = f"{answer.who}: “{answer.comment}”" if answer else "See the note."
        title = f"Changes requested: “{post.title}”"
        yield Need(Urgency.CHANGES, "warn", "undo-2", title, detail, f"/posts/{post.id}/edit", "Edit")


def _unscheduled(idle: Sequence[AskingPost], names: Names) -> Iterator[Need]:
    for post in idle:
        title = f"Approved, not scheduled: “{post.title}”"
        path = f"/posts/{post.id}"
        yield Need(Urgency.IDLE, "", "calendar-clock", title, _where(post, names), path, "Schedule")
