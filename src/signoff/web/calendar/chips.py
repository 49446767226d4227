"""What stands on a day: deliveries of one post at one time together, and posts that only wish for a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Final, Literal, TypeAlias

from signoff.kernel.ids import BrandId, ChannelId, DeliveryId, PostId
from signoff.kernel.people import Actor, May
from signoff.records.planning.foresight import Conflict
from signoff.records.planning.plan import ChannelLine, Plan, PlannedDelivery, PlannedPost
from signoff.records.states import DeliveryState, PostState
from signoff.web import times
from signoff.web.words import ASKS_PERSON, CHANGES_REQUESTED, DELIVERY_LABELS, POST_LABELS, Label

LOCKED_FOR: Final = timedelta(minutes=5)
"""What is due so soon isn't moved by dragging: a worker may have it in hand."""

NEAR: Final = timedelta(hours=1)
"""Two posts on one channel within this time are pointed out."""

LEGEND: Final = (
    *(POST_LABELS[state] for state in (PostState.DRAFT, PostState.IN_REVIEW, PostState.APPROVED)),
    *(DELIVERY_LABELS[state] for state in (DeliveryState.SCHEDULED, DeliveryState.PUBLISHED)),
    *(DELIVERY_LABELS[state] for state in (DeliveryState.FAILED, DeliveryState.UNKNOWN)),
)

Moves: TypeAlias = Literal["", "deliveries", "wish", "schedule"]

_D = DeliveryState
_URGENCY: Final = (
    *(_D.UNKNOWN, _D.FAILED, _D.MANUAL_RECOVERY_NEEDED, _D.MANUAL_DUE, _D.PUBLISHING, _D.RECOVERING),
    *(_D.SCHEDULED, _D.PUBLISHED, _D.CANCELLED, _D.RECOVERED),
)
"""All states: of deliveries of one post that are due together, the first one here gives the chip its look."""

_GROUPS: Final[Mapping[str, frozenset[DeliveryState | PostState]]] = {
    "open": frozenset({PostState.DRAFT, PostState.IN_REVIEW, PostState.APPROVED}),
    "scheduled": frozenset({_D.SCHEDULED, _D.MANUAL_DUE, _D.PUBLISHING}),
    "published": frozenset({_D.PUBLISHED}),
    "trouble": frozenset(
        {_D.FAILED, _D.UNKNOWN, _D.MANUAL_RECOVERY_NEEDED, _D.RECOVERING},
    ),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One entry of the calendar. `ids` are deliveries, or the post; `moves` says what dragging it does."""

    ids: Sequence[str]
    title: str
    at: datetime | None
    state: DeliveryState | PostState
    label: Label
    channels: Sequence[ChannelLine]
    path: str
    post_id: PostId
    brand_id: BrandId
    moves: Moves = ""
    fixed: str = ""
    """Why it can't be moved, in words."""
    version: int = 0
    clash: str = ""
    """Which other post is on the same channel almost at the same time."""
    breaks: str = ""
    """Which rule of a cadence it breaks, in words."""
    instead: datetime | None = None
    """The next moment that keeps the rules."""

    @property
    def is_doubtful(self) -> bool:
        return bool(self.clash or self.breaks)

    @property
    def is_open(self) -> bool:
        return isinstance(self.state, PostState)


@dataclass(frozen=True, slots=True)
class Shown:
    """The chips of a period by local day, those of the tray, and how many clash."""

    days: Mapping[date, Sequence[Chip]]
    tray: Sequence[Chip]
    clashes: Sequence[Chip]
    ahead: int


def arrange(
    plan: Plan,
    channels: Mapping[ChannelId, ChannelLine],
    actor: Actor,
    *,
    zone: str,
    now: datetime,
    group: str = "",
    conflicts: Mapping[DeliveryId, Conflict] | None = None,
) -> Shown:
    """Put a plan on days. `group` is one of open, scheduled, published, trouble; empty for all."""
    groups = list(_together(plan.deliveries))
    chips = [_of_deliveries(each, channels, actor, now) for each in groups]
    chips = [_with_conflict(chip, each, conflicts or {}) for chip, each in zip(chips, groups, strict=True)]
    chips += [_of_post(post, channels, actor) for post in plan.wishes]
    chips = _with_clashes(chips)
    if wanted := _GROUPS.get(group):
        chips = [chip for chip in chips if chip.state in wanted]
    days: defaultdict[date, list[Chip]] = defaultdict(list)
    where = times.zone(zone)
    for chip in sorted(chips, key=lambda chip: (chip.at or now, chip.title)):
        if chip.at is not None:
            days[chip.at.astimezone(where).date()].append(chip)
    return Shown(
        days=days,
        tray=[_of_post(post, channels, actor) for post in plan.tray],
        clashes=[chip for chip in chips if chip.is_doubtful],
        ahead=sum(chip.at is not None and chip.at > now for chip in chips),
    )


def _together(deliveries: Sequence[PlannedDelivery]) -> Iterable[list[PlannedDelivery]]:
    def key(each: PlannedDelivery) -> tuple[object, ...]:
        return (each.due_at, each.post_id)

    for _, group in groupby(sorted(deliveries, key=lambda d: (d.due_at, str(d.post_id))), key):
        yield list(group)


def _of_deliveries(
    group: Sequence[PlannedDelivery], channels: Mapping[ChannelId, ChannelLine], actor: Actor, now: datetime
) -> Chip:
    worst = min(group, key=lambda each: _URGENCY.index(each.state))
    is_one = len(group) == 1
    moves, fixed = _movable(group, actor, now)
    return Chip(
        ids=[str(each.id) for each in group],
        title=worst.title or "Without a title",
        at=worst.due_at,
        state=worst.state,
        label=ASKS_PERSON if worst.asks_person else DELIVERY_LABELS[worst.state],
        channels=[channels[each.channel_id] for each in group if each.channel_id in channels],
        path=f"/deliveries/{worst.id}" if is_one else f"/posts/{worst.post_id}",
        post_id=worst.post_id,
        brand_id=worst.brand_id,
        moves=moves,
        fixed=fixed,
    )


def _with_conflict(
    chip: Chip, group: Sequence[PlannedDelivery], conflicts: Mapping[DeliveryId, Conflict]
) -> Chip:
    found = [conflicts[each.id] for each in group if each.id in conflicts]
    if not found:
        return chip
    later = [each.instead for each in found if each.instead]
    why = " ".join(dict.fromkeys(each.why for each in found))
    return replace(chip, breaks=why, instead=max(later, default=None))


def _movable(group: Sequence[PlannedDelivery], actor: Actor, now: datetime) -> tuple[Moves, str]:
    states = {each.state for each in group}
    if states != {_D.SCHEDULED}:
        return "", "What is out or under way isn't moved."
    if not actor.may(May.SCHEDULE):
        return "", "Your role doesn't schedule."
    if now <= group[0].due_at <= now + LOCKED_FOR:
        return "", "It is due within five minutes. Cancel it instead, if it shall not go out."
    return "deliveries", ""


def _of_post(post: PlannedPost, channels: Mapping[ChannelId, ChannelLine], actor: Actor) -> Chip:
    label = CHANGES_REQUESTED if post.changes_requested else POST_LABELS[post.state]
    moves, fixed = _placeable(post, actor)
    return Chip(
        ids=[str(post.id)],
        title=post.title or "Without a title",
        at=post.wished_at,
        state=post.state,
        label=label,
        channels=[channels[each] for each in post.channel_ids if each in channels],
        path=f"/review/{post.id}" if post.state is PostState.IN_REVIEW else f"/posts/{post.id}",
        post_id=post.id,
        brand_id=post.brand_id,
        moves=moves,
        fixed=fixed,
        version=post.version,
    )


def _placeable(post: PlannedPost, actor: Actor) -> tuple[Moves, str]:
    if post.state is PostState.APPROVED:
        return ("schedule", "") if actor.may(May.SCHEDULE) else ("", "Your role doesn't schedule.")
    if post.state is PostState.IN_REVIEW:
        return "", "In review: who approves it says when it goes out."
    is_own = post.author_id == actor.person_id and actor.may(May.WRITE_POSTS)
    if is_own or actor.may(May.EDIT_ALL_POSTS):
        return "wish", ""
    return "", "Somebody else's draft."


def _with_clashes(chips: Sequence[Chip]) -> list[Chip]:
    """Mark chips that are on one channel within an hour of another one, where no rule says so already.

    What is out can't be helped.
    """
    by_channel: defaultdict[ChannelId, list[tuple[datetime, int]]] = defaultdict(list)
    for place, chip in enumerate(chips):
        if chip.at is not None and chip.state is not _D.PUBLISHED and not chip.breaks:
            for channel in chip.channels:
                by_channel[channel.id].append((chip.at, place))
    clashes: dict[int, str] = {}
    for row in by_channel.values():
        for (at, one), (next_at, other) in pairwise(sorted(row)):
            if next_at - at < NEAR:
                clashes.setdefault(one, chips[other].title)
                clashes.setdefault(other, chips[one].title)
    return [replace(chip, clash=clashes.get(place, "")) for place, chip in enumerate(chips)]
