"""What a reviewer must look at again: the present version against the one that was approved last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from signoff.kernel.ids import ChannelId
from signoff.records.models import Revision
from signoff.records.states import Verdict
from signoff.records.views import PostView
from signoff.web.diff import Piece, count_words, diff_words


@dataclass(frozen=True, slots=True)
class Comparison:
    """An earlier revision against a later one, as one channel gets it."""

    number: int
    """Of the earlier revision."""
    title: Sequence[Piece]
    body: Sequence[Piece]
    link: tuple[str, str] | None
    """Before and after; None: the same."""
    pictures_changed: bool
    alt: Sequence[tuple[str, str]]
    """Descriptions before and after, of pictures that are in both."""
    words_added: int
    words_removed: int

    @property
    def is_same(self) -> bool:
        return not (
            self.words_added or self.words_removed or self.link or self.pictures_changed or self.alt
            or any(piece.kind != "same" for piece in (*self.title, *self.body))
        )  # fmt: skip


def approved_before(view: PostView, revisions: Sequence[Revision]) -> Revision | None:
    """Give the revision that was approved last, if it isn't the present one."""
    approved = {
        decision.revision_id for decision, _ in view.decisions if decision.verdict is Verdict.APPROVE
    } - {view.revision.id}
    return max(
        (each for each in revisions if each.id in approved), key=lambda each: each.number, default=None
    )


def compare(old: Revision, new: Revision, channel_id: ChannelId | None) -> Comparison:
    """Compare what a channel would have got with what it gets now; without a channel, the source texts."""
    before, after = _of_channel(old, channel_id), _of_channel(new, channel_id)
    title = diff_words(before["title"], after["title"])
    body = diff_words(before["body"], after["body"])
    pieces = [*title, *body]
    was, is_ = _alts(before["media"]), _alts(after["media"])
    return Comparison(
        number=old.number,
        title=title,
        body=body,
        link=None if before["link"] == after["link"] else (before["link"], after["link"]),
        pictures_changed=list(was) != list(is_),
        alt=[(was[key], text) for key, text in is_.items() if key in was and was[key] != text],
        words_added=count_words(pieces, "added"),
        words_removed=count_words(pieces, "removed"),
    )


def _of_channel(revision: Revision, channel_id: ChannelId | None) -> dict[str, Any]:
    source = {
        "title": revision.title,
        "body": revision.body,
        "link": revision.link,
        "media": revision.media,
    }
    own: dict[str, Any] = revision.overrides.get(str(channel_id), {})
    return source | own


def _alts(media: Sequence[dict[str, Any]]) -> dict[str, str]:
    return {str(use["media_id"]): str(use.get("alt", "")) for use in media}
