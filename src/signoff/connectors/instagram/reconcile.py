"""What became of a publish call whose answer was lost. The upload outlives the call and tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from signoff.connectors.base import (
    Account,
    CannotTell,
    Doubt,
    Finding,
    NotPublished,
    Parcel,
    Published,
    Receipt,
)
from signoff.connectors.graph.api import GraphSession
from signoff.connectors.graph.ids import is_number
from signoff.connectors.graph.moments import read_moment
from signoff.connectors.instagram.feed import Seen, profile, receipt, receipt_of, search
from signoff.connectors.instagram.upload import State, Status, Upload, read_state

PENDING: Final = "container:"
"""Begins the external id of a post that is out and whose own id Instagram hasn't listed yet."""
LISTED_WITHIN: Final = timedelta(minutes=9)
"""How long a published post may be missing from the feed before the receipt does without its id.

A minute less than the last look, so that clocks that differ a little don't put it off for ever.
"""
_COUNTED_FOR: Final = timedelta(hours=23)
_NOT_LISTED: Final = "Instagram says that the post is published, but doesn't list it yet."


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the platform."""

    session: GraphSession
    parcel: Parcel
    upload: Upload
    doubt: Doubt

    async def finding(self) -> Finding:
        """Ask for the upload's status and search the feed.

        Raises:
            ConnectorError: Something can't be asked now.
        """
        if not self.upload.container:
            return await self._without_upload()
        state = await read_state(self.session, self.upload)
        seen = await self._search()
        match state.status:
            case Status.PUBLISHED:
                return self._published(state, seen)
            case Status.FINISHED:
                return await self._finished(seen)
            case Status.ERROR | Status.EXPIRED:
                return self._failed(state, seen)
        return self._unclear(state, seen)

    def _published(self, state: State, seen: Seen) -> Finding:
        if seen.matches:
            return self._found(seen)
        is_late = self.session.clock.now() - self.doubt.since >= LISTED_WITHIN
        if not (self.doubt.is_settled and is_late):
            return CannotTell(_NOT_LISTED)
        return Published(_pending_receipt(self.session, self._account, self.upload, self.doubt, state))

    async def _finished(self, seen: Seen) -> Finding:
        """Judge an upload that is ready and unpublished: feed and quota must say the same."""
        if seen.matches and self.parcel.payload["text"]:
            return self._found(seen)
        if seen.matches:
            return CannotTell(
                "The upload counts as unpublished, but a post without a caption has appeared since; look "
                "whether it is this one."
            )
        unlisted = await self._unlisted(seen, self._known_ids(seen))
        if unlisted:
            return CannotTell(
                f"The upload counts as unpublished, but Instagram counts {unlisted} more published posts "
                "than it lists."
            )
        return NotPublished(
            "The upload is ready and unpublished, and the feed and the quota don't show the post."
        )

    def _failed(self, state: State, seen: Seen) -> Finding:
        if seen.matches:
            return self._found(seen)
        words = state.words or state.status.value
        return NotPublished(
            f"The upload came to nothing ({words}), and the feed doesn't show the post.",
            # An expired upload may hide that it was published before, so absence from the feed must last.
            from_listing=state.status is Status.EXPIRED,
            checkpoint={},
        )

    def _unclear(self, state: State, seen: Seen) -> Finding:
        if seen.matches:
            return self._found(seen)
        words = state.words or state.status.value
        return CannotTell(f"Instagram doesn't say what became of the upload ({words}), nor does its feed.")

    async def _without_upload(self) -> Finding:
        """Judge by feed and count alone; only where both reach back far enough can they tell of absence."""
        seen = await self._search()
        if seen.matches:
            return self._found(seen)
        if self._is_counted and seen.recent.is_complete and not await self._unlisted(seen):
            return NotPublished(
                "Nothing is known of an upload, and neither the feed nor the count of posts shows one.",
                from_listing=True,
            )
        return CannotTell(
            "Nothing is known of an upload, and the feed alone is no proof that the post isn't out."
        )

    async def _search(self) -> Seen:
        return await search(self.session, self.parcel, self.doubt.since)

    async def _unlisted(self, seen: Seen, known: frozenset[str] = frozenset()) -> int:
        """Give how many posts Instagram counts since then beyond those that it lists or that are `known`."""
        if not self._is_counted:
            return 0
        explained = {row.id for row in seen.recent.rows} | known
        return max(0, await count_published(self.session, seen.recent.begin) - len(explained))

    def _known_ids(self, seen: Seen) -> frozenset[str]:
        """Name our other posts since then: what was taken down still counts, and isn't listed any more.

        Only by Instagram's own time of each: one that is older isn't counted, and would hide another.
        """
        return frozenset(
            each.external_id
            for each in self.doubt.others
            if is_number(each.external_id) and _made_at(each) > seen.recent.begin
        )

    @property
    def _is_counted(self) -> bool:
        """The count reaches back a day; what is older has left it, and the upload has expired, too."""
        return self.session.clock.now() - self.doubt.since <= _COUNTED_FOR

    @property
    def _account(self) -> Account:
        return self.parcel.link.account

    def _found(self, seen: Seen) -> Published:
        first, *doubles = seen.matches
        more = {"also_matching": [post.id for post in doubles]} if doubles else {}
        found = receipt_of(first, self.session.api, self._account, container=self.upload.container, **more)
        return Published(found)


def _made_at(receipt: Receipt) -> datetime:
    media = receipt.raw.get("media")
    return read_moment(media.get("timestamp") if isinstance(media, Mapping) else None)


async def count_published(session: GraphSession, since: datetime) -> int:
    """Ask how many posts were published through the API since then, at most a day ago."""
    answer = await session.get(
        session.account_id,
        "content_publishing_limit",
        fields="quota_usage",
        since=str(int(since.timestamp())),
    )
    used = next(iter(answer.rows), {}).get("quota_usage")
    return used if isinstance(used, int) else 0


def _pending_receipt(
    session: GraphSession, account: Account, upload: Upload, doubt: Doubt, state: State
) -> Receipt:
    is_sandbox = state.answer is not None and state.answer.is_sandbox
    return receipt(
        f"{PENDING}{upload.container}",
        profile(session.api, account, is_sandbox=is_sandbox),
        {"upload": upload.to_checkpoint(), "since": doubt.since.isoformat(), "status": state.words},
        is_sandbox=is_sandbox,
    )
