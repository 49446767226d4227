"""Everything before a post becomes visible: its pictures uploaded, processed, and ready to be published."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Final, NoReturn

from signoff.connectors.base import Checkpoint, KeepCheckpoint, Parcel, SealedPicture
from signoff.connectors.budgets import Told, tell
from signoff.connectors.calls import retry_inside
from signoff.connectors.errors import Rest, Throttled, TryLater, Unfinished
from signoff.connectors.graph.api import Answer, GraphSession
from signoff.connectors.graph.ids import is_number
from signoff.connectors.graph.sealed import checked_pictures
from signoff.connectors.instagram.feed import search
from signoff.connectors.instagram.upload import State, Status, Upload, read_state

LATER: Final = timedelta(minutes=1)
"""Pictures are mostly ready at once. Those that aren't are asked for as often as Instagram advises."""
_WATCHED: Final = timedelta(seconds=40)
"""How old an upload is that an attempt has watched from its beginning."""
TOO_LONG: Final = timedelta(minutes=15)
"""Instagram's own advice is to give up watching after five minutes; this is generous."""
QUOTA_WAIT: Final = timedelta(hours=1)
_ENOUGH_FOR_A_PICTURE_S: Final = 5.0
_IF_IT_LASTS: Final = (
    "Look at the account. If the post isn't there, cancel this delivery and schedule the post again."
)
_BEING_MADE: Final = {Status.IN_PROGRESS, Status.UNHEARD_OF}


@dataclass(slots=True)
class Preparation:
    """One call of `prepare`: goes on from what is there, and keeps each id before it does anything else."""

    session: GraphSession
    parcel: Parcel
    keep: KeepCheckpoint
    polls: Sequence[timedelta]
    upload: Upload

    async def run(self) -> Checkpoint:
        if self.upload.container and await self._may_be_out():
            # Somebody was wrong about it, or a backup was restored. Publishing the same upload again is
            # refused in a way that leads to looking for the post; a new upload would be a second post.
            return self.upload.to_checkpoint()
        await retry_inside(partial(need_quota, self.session))
        if not self.upload.container:
            await self._make()
        await self._wait_until_finished()
        return self.upload.to_checkpoint()

    async def _may_be_out(self) -> bool:
        """Tell whether the upload was published, or may have been; one that is of no use is given up.

        Raises:
            Unfinished: Still being processed, and watched before: one call a minute tells that.
            TryLater: It takes far too long.
        """
        state = await retry_inside(partial(read_state, self.session, self.upload))
        if state.status is Status.PUBLISHED:
            return True
        is_spent = state.status in {Status.ERROR, Status.EXPIRED} or self.upload.is_old(
            self.session.clock.now()
        )
        if not is_spent:
            if state.status in _BEING_MADE and self._age() > _WATCHED:
                self._leave_for_later()
            return False
        seen = await retry_inside(partial(search, self.session, self.parcel, self.upload.made_at))
        if not seen.matches:
            self.upload = Upload()
        return bool(seen.matches)

    async def _make(self) -> None:
        pictures = checked_pictures(self.parcel)
        caption = str(self.parcel.payload["text"])
        if len(pictures) == 1:
            await self._keep_container(caption=caption, **_described(pictures[0]))
            return
        if self.upload.is_old(self.session.clock.now()):
            self.upload = Upload()
        await self._make_items(pictures)
        await self._keep_container(
            caption=caption, media_type="CAROUSEL", children=",".join(self.upload.items)
        )

    async def _make_items(self, pictures: Sequence[SealedPicture]) -> None:
        done_before = len(self.upload.items)
        for picture in pictures[done_before:]:
            is_underway = len(self.upload.items) > done_before
            if is_underway and self.session.deadline.left_s < _ENOUGH_FOR_A_PICTURE_S:
                raise Unfinished(f"{len(self.upload.items)} of {len(pictures)} pictures are uploaded.")
            id = await self._create(is_carousel_item="true", **_described(picture))
            await self._keep(replace(self._begun(), items=(*self.upload.items, id)))

    async def _keep_container(self, **form: str) -> None:
        id = await self._create(**form)
        await self._keep(replace(self._begun(), container=id))

    async def _create(self, **form: str) -> str:
        answer: Answer = await retry_inside(
            partial(self.session.make, self.session.account_id, "media", **form)
        )
        if not is_number(answer.text("id")):
            raise TryLater("Instagram took the picture but gave no id for it.")
        return answer.text("id")

    def _begun(self) -> Upload:
        is_new = not self.upload.items and not self.upload.container
        return replace(self.upload, made_at=self.session.clock.now()) if is_new else self.upload

    async def _keep(self, upload: Upload) -> None:
        self.upload = upload
        await self.keep(upload.to_checkpoint())

    async def _wait_until_finished(self) -> None:
        """Watch the upload for as long as there is time.

        Raises:
            Unfinished: Still being processed.
            TryLater: It failed, or takes far too long; the next try makes another one.
        """
        for pause in (*self.polls, None):
            state = await retry_inside(partial(read_state, self.session, self.upload))
            if state.status in {Status.FINISHED, Status.PUBLISHED}:
                return
            if state.status not in _BEING_MADE:
                raise _failed(state)
            if pause is None or self.session.deadline.left_s < pause.total_seconds() + 1:
                break
            await asyncio.sleep(pause.total_seconds())
        self._leave_for_later()

    def _leave_for_later(self) -> NoReturn:
        if self._age() > TOO_LONG:
            raise TryLater("Instagram has been processing the pictures for more than 15 minutes.")
        not_before = self.session.clock.now() + LATER
        raise Unfinished("Instagram is still processing the pictures.", not_before=not_before)

    def _age(self) -> timedelta:
        return self.session.clock.now() - self.upload.made_at


async def need_quota(session: GraphSession) -> None:
    """Make sure that Instagram takes another post now. The figure is read: Meta's documents name three.

    Raises:
        Throttled: The posts of the last 24 hours are used up.
    """
    used, total = await read_quota(session)
    if total and used >= total:
        raise Throttled(
            f"Instagram takes {total} posts in 24 hours through its API; {used} are used.",
            not_before=session.clock.now() + QUOTA_WAIT,
            advice="Nothing has to be done: it goes out when the oldest ones are a day old.",
            code="9/2207042",
            rests=Rest.POSTS,
        )


async def read_quota(session: GraphSession) -> tuple[int, int]:
    """Give used and total posts in 24 hours; a total of 0 means that Instagram doesn't say."""
    answer = await session.get(session.account_id, "content_publishing_limit", fields="quota_usage,config")
    row = next(iter(answer.rows), {})
    config = row.get("config")
    total = _count(config.get("quota_total") if isinstance(config, dict) else None)
    used = _count(row.get("quota_usage"))
    if total:
        tell(Told(posts_used=used, posts_limit=total))
    return used, total


def _described(picture: SealedPicture) -> dict[str, str]:
    alt = {"alt_text": picture.alt} if picture.alt else {}
    return {"image_url": picture.url, **alt}


def _failed(state: State) -> TryLater:
    words = state.words or state.status.value
    detail = f"Instagram couldn't use the upload: {words}"
    return TryLater(detail, advice=_IF_IT_LASTS, code=state.status.value)


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
