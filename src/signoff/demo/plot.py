"""From a story to its scenes: who does what and when. All goes through the use cases that people use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from signoff.demo.cast import BRANDS, Cast
from signoff.demo.pictures import draw
from signoff.demo.stage import Stage
from signoff.demo.stories import STORIES, Ending, Story
from signoff.kernel.ids import DeliveryId, PostId
from signoff.kernel.people import Role
from signoff.pipeline.draft.content import MediaUse, PostDraft
from signoff.pipeline.draft.edit import edit_post
from signoff.pipeline.draft.preview import preview
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.recover.take_down import recover
from signoff.pipeline.review.archive import archive
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.pipeline.schedule.change import cancel
from signoff.pipeline.schedule.place import place
from signoff.records.planning.placement import Schedule
from signoff.records.posts.queries import get_post
from signoff.records.states import PublishMode, Verdict


@dataclass(slots=True)
class Telling:
    """A story while it is told: what its earlier scenes made, for the later ones."""

    stage: Stage
    cast: Cast
    story: Story
    due_at: datetime
    post_id: PostId = field(init=False)
    deliveries: list[DeliveryId] = field(default_factory=list)

    async def write(self) -> None:
        author, story = self.cast.people[Role.AUTHOR], self.story
        media = []
        if story.picture:
            made = await self.stage.upload(author, draw(story.picture), story.picture, story.alt)
            media.append(MediaUse(made.id, story.alt))
        channels = self.cast.channels[story.brand]
        draft = PostDraft(
            brand_id=self.cast.brands[story.brand].id,
            content_type=story.content_type,
            title=story.title,
            body=story.body,
            link=story.link,
            media=media,
            channels=[channels[platform].id for platform in story.channels.split()],
            tags=story.tags,
        )
        self.post_id = (await create_post(self.stage.runtime, author, draft)).post.id

    async def rewrite(self) -> None:
        author = self.cast.people[Role.AUTHOR]
        view = await get_post(self.stage.runtime, author, self.post_id)
        changes = {"body": self.story.rewritten}
        await edit_post(self.stage.runtime, author, self.post_id, changes, version=view.post.version)

    async def submit(self) -> None:
        await submit(self.stage.runtime, self.cast.people[Role.AUTHOR], self.post_id)

    async def approve(self) -> None:
        await self._decide(Verdict.APPROVE, "")

    async def request_changes(self) -> None:
        await self._decide(Verdict.REQUEST_CHANGES, self.story.comment)

    async def skip(self) -> None:
        await self._decide(Verdict.SKIP, self.story.comment)

    async def _decide(self, verdict: Verdict, comment: str) -> None:
        runtime, reviewer = self.stage.runtime, self.cast.people[Role.REVIEWER]
        shown = await preview(runtime, reviewer, self.post_id)
        await decide(runtime, reviewer, self.post_id, verdict, seen=shown.seen or "", comment=comment)

    async def archive(self) -> None:
        author = self.cast.people[Role.AUTHOR]
        await archive(self.stage.runtime, author, self.post_id, reason=self.story.comment)

    async def schedule(self) -> None:
        await self._place(Schedule(due_at=self.due_at))

    async def schedule_by_hand(self) -> None:
        await self._place(Schedule(due_at=self.due_at, publish_mode=PublishMode.MANUAL))

    async def publish_now(self) -> None:
        await self._place(Schedule(now=True))

    async def _place(self, schedule: Schedule) -> None:
        placed = await place(self.stage.runtime, self.cast.people[Role.PUBLISHER], self.post_id, schedule)
        self.deliveries = [view.delivery.id for view in placed]

    async def cancel(self) -> None:
        for delivery in self.deliveries:
            await cancel(
                self.stage.runtime, self.cast.people[Role.PUBLISHER], delivery, reason=self.story.comment
            )

    async def take_down(self) -> None:
        for delivery in self.deliveries:
            await recover(
                self.stage.runtime, self.cast.people[Role.PUBLISHER], delivery, reason=self.story.comment
            )
        await self.stage.work()

    async def work(self) -> None:
        await self.stage.work()

    async def lose_the_answer(self) -> None:
        """The post goes out, the answer is lost, and afterwards Facebook can't be asked."""
        await self._fault("facebook.publish", "error_500_after")
        await self._fault("facebook.read", "error_500_before", is_lasting=True)

    async def refuse_the_link(self) -> None:
        await self._fault(
            "facebook.draft",
            "error_before",
            code=1609005,
            message="(#1609005) The link's page answered with 404",
        )

    async def refuse_the_removal(self) -> None:
        await self._fault("instagram.delete", "error_before", code=10)

    async def slow_down(self) -> None:
        """Instagram takes its time with the picture, so that visitors meet a delivery on its way."""
        await self._fault("instagram.container", "container_slow", seconds=14 * 60)

    async def _fault(self, call: str, fault: str, *, is_lasting: bool = False, **options: int | str) -> None:
        plan = BRANDS[self.story.brand]
        account = plan.instagram if call.startswith("instagram") else plan.facebook
        if account is None:
            raise AssertionError
        await self.stage.sandbox.fault(call, fault, account.id, is_lasting=is_lasting, options=options)

    async def clear_faults(self) -> None:
        await self.stage.sandbox.clear_faults()


Step = tuple[timedelta, Callable[[Telling], Awaitable[None]]]
_T = Telling


def _h(hours: float) -> timedelta:
    return timedelta(hours=hours)


_SOON: Final = timedelta(seconds=1)
_WRITTEN: Final[tuple[Step, ...]] = ((_h(0), _T.write),)
_HANDED_IN: Final[tuple[Step, ...]] = (*_WRITTEN, (_h(0.6), _T.submit))
_SEALED_BEFORE: Final[tuple[Step, ...]] = (
    (_h(-45), _T.write),
    (_h(-44.5), _T.submit),
    (_h(-43), _T.approve),
)
_PLACED_BEFORE: Final[tuple[Step, ...]] = (*_SEALED_BEFORE, (_h(-42.5), _T.schedule))
_LOOKS_S: Final = (10, 40, 130, 620)
"""Seconds after the doubt at which the worker works: some moments after each look of the timetable."""

STEPS: Final[Mapping[Ending, tuple[Step, ...]]] = {
    Ending.DRAFT: _WRITTEN,
    Ending.IN_REVIEW: _HANDED_IN,
    Ending.CHANGES_REQUESTED: (*_HANDED_IN, (_h(4), _T.request_changes)),
    Ending.REVISED: (
        *_HANDED_IN,
        (_h(5), _T.request_changes),
        (_h(22), _T.rewrite),
        (_h(22.2), _T.submit),
    ),
    Ending.APPROVED: (*_HANDED_IN, (_h(5), _T.approve)),
    Ending.SKIPPED: (*_HANDED_IN, (_h(6), _T.skip)),
    Ending.ARCHIVED: (*_WRITTEN, (_h(30), _T.archive)),
    Ending.SCHEDULED: _PLACED_BEFORE,
    Ending.CANCELLED: (*_PLACED_BEFORE, (_h(-3), _T.cancel)),
    Ending.PUBLISHING: (*_SEALED_BEFORE, (-_SOON, _T.slow_down), (-_SOON, _T.publish_now)),
    Ending.PUBLISHED: (*_PLACED_BEFORE, (_SOON, _T.work)),
    Ending.TAKEN_DOWN: (*_PLACED_BEFORE, (_SOON, _T.work), (_h(5), _T.take_down)),
    Ending.BY_HAND: (
        *_PLACED_BEFORE,
        (_SOON, _T.work),
        (_h(14), _T.refuse_the_removal),
        (_h(14), _T.take_down),
    ),
    Ending.DUE_BY_HAND: (*_SEALED_BEFORE, (_h(-42.5), _T.schedule_by_hand), (_SOON, _T.work)),
    Ending.FAILED: (*_PLACED_BEFORE, (-_SOON, _T.refuse_the_link), (_SOON, _T.work)),
    Ending.UNKNOWN: (
        *_PLACED_BEFORE,
        (-_SOON, _T.lose_the_answer),
        (_SOON, _T.work),
        *((timedelta(seconds=after), _T.work) for after in _LOOKS_S),
        (_h(0.5), _T.clear_faults),
    ),
}
"""What happens, by time from the story's moment: when it was due or written, or for what is open, now."""

_UNTIL_NOW: Final = frozenset({Ending.SCHEDULED, Ending.CANCELLED, Ending.PUBLISHING})


class Scene(NamedTuple):
    """Something that somebody does at a moment."""

    at: datetime
    play: Callable[[], Awaitable[None]]


def scenes(stage: Stage, cast: Cast, now: datetime) -> list[Scene]:
    """Give the scenes of all stories in the order in which they happened."""
    found: list[Scene] = []
    for number, story in enumerate(STORIES):
        moment = _moment(story, ZoneInfo(cast.brands[story.brand].time_zone), now)
        telling = Telling(stage, cast, story, moment)
        # A few minutes apart, as people work.
        begin = now - number * timedelta(minutes=4) if story.ending in _UNTIL_NOW else moment
        if story.ending is Ending.PUBLISHING:
            begin = now
        found += [Scene(begin + after, _bound(telling, do)) for after, do in STEPS[story.ending]]
    return sorted(found, key=lambda scene: scene.at)


def _bound(telling: Telling, do: Callable[[Telling], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
    return lambda: do(telling)


def _moment(story: Story, zone: ZoneInfo, now: datetime) -> datetime:
    day = now.astimezone(zone).date() + timedelta(days=story.day)
    return datetime.combine(day, time.fromisoformat(story.clock), zone)
