"""What the mails about news say. Their links open pages; what is decided is decided there, by a button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from signoff.alerts.base import Notice
from signoff.kernel.ids import PostId
from signoff.records.alerts.events import CHANGES_REQUESTED, COMMENTS, DECIDED, TO_REVIEW
from signoff.records.states import Verdict

_LISTED: Final = 10
_QUOTED: Final = 400


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened."""

    post_id: PostId
    title: str
    brand: str
    who: str
    said: str
    """What they wrote; empty: nothing."""
    verdict: Verdict | None

    @property
    def name(self) -> str:
        return f"“{self.title or 'Without a title'}”"


@dataclass(frozen=True, slots=True)
class _Words:
    one: str
    many: str
    next_step: str
    path: str
    """Of one post."""
    paths: str
    """Of several."""


_WORDS: Final[Mapping[str, _Words]] = {
    TO_REVIEW: _Words(
        "{name} waits for your review",
        "{count} posts wait for your review",
        "Look at it and decide on its page. Opening the page decides nothing.",
        "/review/{post_id}",
        "/review",
    ),
    CHANGES_REQUESTED: _Words(
        "{who} asks for changes to {name}",
        "{count} of your posts need changes",
        "Edit it, then hand it in again.",
        "/posts/{post_id}",
        "/posts?state=draft",
    ),
    DECIDED: _Words(
        "{name} was {verdict} by {who}",
        "{count} of your posts were decided about",
        "Nothing. Its page says what becomes of it.",
        "/posts/{post_id}",
        "/posts",
    ),
    COMMENTS: _Words(
        "{who} commented on {name}",
        "{count} new comments on your posts",
        "Answer on the post's page.",
        "/posts/{post_id}#discussion",
        "/posts",
    ),
}

_VERDICTS: Final = {Verdict.APPROVE: "approved", Verdict.SKIP: "skipped and archived"}


def notice_of(event: str, items: Sequence[Item], *, address: str, to: str, key: str) -> Notice:
    """Write one mail about all of it."""
    words, first = _WORDS[event], items[0]
    posts = {item.post_id for item in items}
    count = len(posts) if event != COMMENTS else len(items)
    title = words.one if count == 1 else words.many
    verdict = _VERDICTS.get(first.verdict, "") if first.verdict else ""
    path = words.path.format(post_id=first.post_id) if len(posts) == 1 else words.paths
    return Notice(
        title=title.format(name=first.name, who=first.who, verdict=verdict, count=count),
        cause=_cause(event, items),
        next_step=words.next_step,
        link=address + path,
        recipients=(to,),
        key=key,
    )


def _cause(event: str, items: Sequence[Item]) -> str:
    lines = list(dict.fromkeys(_line(event, item) for item in items))
    if len(lines) == 1:
        return lines[0]
    more = [f"and {len(lines) - _LISTED} more"] if len(lines) > _LISTED else []
    return "\n".join(f"- {line}" for line in [*lines[:_LISTED], *more])


def _line(event: str, item: Item) -> str:
    did = {
        TO_REVIEW: "handed it in",
        CHANGES_REQUESTED: "asks for changes",
        COMMENTS: "commented",
        DECIDED: _VERDICTS.get(item.verdict, "decided") if item.verdict else "decided",
    }[event]
    said = f": {item.said[:_QUOTED]}" if item.said else "."
    return f"{item.name} for {item.brand}. {item.who} {did}{said}"
