"""What a reviewer must look at again: the present version against the one that was approved last."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from signoff.kernel.ids import ChannelId
from signoff.records.models import Revision
from signoff.records.posts.approved import Change
from signoff.records.posts.render import uses_on
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
    pictures: tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]] = ((), ())
    """Before and after."""
    options: Sequence[tuple[str, str, str]] = ()
    """What else is sealed and differs, by name: before, after."""
    time: tuple[datetime | None, datetime | None] | None = None
    """When it was to go out, and when it is wanted now; None: the same."""
    is_new_channel: bool = False
    """The earlier version didn't go there."""
    left_out: Sequence[str] = field(default=())
    """Channels that it went to, and doesn't any more."""

    @property
    def is_same(self) -> bool:
        return not (
            self.words_added or self.words_removed or self.link or self.pictures_changed or self.alt
            or self.options or self.time or self.is_new_channel or self.left_out
            or any(piece.kind != "same" for piece in (*self.title, *self.body))
        )  # fmt: skip


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
        pictures=(before["media"], after["media"]),
    )


def compare_sealed(change: Change, channel_id: ChannelId, names: Mapping[ChannelId, str]) -> Comparison:
    """Compare all that is sealed for a channel, and the time; `names` are those of the post's channels."""
    before, after = change.before, change.after
    was, is_ = before.variants.get(channel_id), after.variants.get(channel_id)
    gone = set(before.variants) - set(after.variants)
    return replace(
        compare(before.revision, after.revision, channel_id),
        options=list(_differences(was, is_)) if was and is_ else (),
        time=None if before.due_at == after.due_at else (before.due_at, after.due_at),
        is_new_channel=was is None,
        left_out=[names.get(each, str(before.variants[each]["platform"])) for each in gone],
    )


_WORDED: Final = frozenset({"text", "title", "link", "body", "content", "html", "pictures", "media"})
"""What is compared word by word, or follows from it."""
_LONGEST: Final = 120


def _differences(was: Mapping[str, Any], is_: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    before, after = dict(_sealed_facts(was)), dict(_sealed_facts(is_))
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            yield name, before.get(name, ""), after.get(name, "")


def _sealed_facts(sealed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Content type", str(sealed["content_type"]).replace("_", " ")
    yield "Account", str(sealed["account"].get("remote_id", ""))
    for name, value in sealed["options"].items():
        yield f"Option {name.replace('_', ' ')}", _said(value)
    for name, value in sealed["payload"].items():
        if name not in _WORDED:
            yield name.replace("_", " ").capitalize(), _said(value)


def _said(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _of_channel(revision: Revision, channel_id: ChannelId | None) -> dict[str, Any]:
    source = {
        "title": revision.title,
        "body": revision.body,
        "link": revision.link,
        "media": revision.media,
    }
    own: dict[str, Any] = revision.overrides.get(str(channel_id), {})
    return source | own | {"media": uses_on(revision.media, own)}


def _alts(media: Sequence[dict[str, Any]]) -> dict[str, str]:
    return {str(use["media_id"]): str(use.get("alt", "")) for use in media}
