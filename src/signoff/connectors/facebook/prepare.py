"""Everything before a post becomes visible: unpublished photos, then the unpublished post."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from signoff.connectors.base import Checkpoint, KeepCheckpoint, Parcel, SealedPicture
from signoff.connectors.calls import retry_inside
from signoff.connectors.errors import Refused, TryLater, Unfinished
from signoff.connectors.facebook.about import is_draft_first
from signoff.connectors.facebook.draft import Draft, feed_form
from signoff.connectors.graph.api import Answer, GraphSession
from signoff.connectors.graph.errors import Gone
from signoff.connectors.graph.ids import is_post_of
from signoff.connectors.graph.sealed import checked_pictures
from signoff.connectors.graph.text import comparable

_ENOUGH_FOR_A_PHOTO_S: Final = 5.0


@dataclass(slots=True)
class Preparation:
    """One call of `prepare`: goes on from what is there, and keeps each id before it does anything else."""

    session: GraphSession
    parcel: Parcel
    keep: KeepCheckpoint
    draft: Draft

    async def run(self) -> Checkpoint:
        if self.draft.post and not await retry_inside(self._is_there):
            self.draft = Draft()
        if self.draft.post:
            return self.draft.to_checkpoint()
        if self.draft.has_old_photos(self.session.clock.now()):
            self.draft = Draft()
        await self._upload_photos()
        if is_draft_first(self.parcel.link.options):
            await self._make_post()
        return self.draft.to_checkpoint()

    async def _is_there(self) -> bool:
        """Tell whether the unpublished post exists, as it was approved.

        Raises:
            Refused: Somebody changed its text.
        """
        try:
            post = await self.session.get(self.draft.post, fields="message,is_published")
        except Gone:
            return False
        same = comparable(post.text("message")) == comparable(str(self.parcel.payload["text"]))
        if same or post.data.get("is_published") is True:
            return True
        raise Refused(
            "Somebody changed the text of the unpublished post on the Page, so it isn't what was approved.",
            advice="Undo the change there, or delete that unpublished post, and retry.",
            code="edited",
        )

    async def _upload_photos(self) -> None:
        pictures = checked_pictures(self.parcel)
        done_before = len(self.draft.photos)
        for picture in pictures[done_before:]:
            is_underway = len(self.draft.photos) > done_before
            if is_underway and self.session.deadline.left_s < _ENOUGH_FOR_A_PHOTO_S:
                raise Unfinished(f"{len(self.draft.photos)} of {len(pictures)} photos are uploaded.")
            await self._upload(picture)

    async def _upload(self, picture: SealedPicture) -> None:
        alt = {"alt_text_custom": picture.alt} if picture.alt else {}
        id = await self._create("photos", url=picture.url, **alt)
        await self._keep(replace(self._begun(), photos=(*self.draft.photos, id)))

    async def _make_post(self) -> None:
        # If this answer is lost, an unpublished post is left over that nobody sees; a second one is made.
        id = await self._create("feed", **feed_form(self.parcel, self.draft))
        await self._keep(replace(self._begun(), post=id))

    async def _create(self, edge: str, **form: str) -> str:
        step = partial(self.session.make, self.session.account_id, edge, published="false", **form)
        answer: Answer = await retry_inside(step)
        if not is_post_of(answer.text("id"), self.session.account_id):
            raise TryLater("Facebook's answer names no id.")
        return answer.text("id")

    def _begun(self) -> Draft:
        return self.draft if self.draft.photos else replace(self.draft, made_at=self.session.clock.now())

    async def _keep(self, draft: Draft) -> None:
        self.draft = draft
        await self.keep(draft.to_checkpoint())
