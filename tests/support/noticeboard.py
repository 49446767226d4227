"""A platform for tests of what is not about any platform: in memory, honest, and rude on request."""

# ruff: noqa: ARG002 - a connector is told more than this one needs to know

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from signoff.connectors.about import About, Field, Limits
from signoff.connectors.base import (
    Account,
    Checkpoint,
    Doubt,
    Finding,
    Health,
    KeepCheckpoint,
    NotPublished,
    Parcel,
    Published,
    Receipt,
)
from signoff.connectors.content import Measure, Objection, Rendered, Source
from signoff.connectors.errors import ConnectorError, Reconnect

HOST: Final = "board.example"
LIMITS: Final = Limits(
    source="made up", text_chars=500, images_max=4, image_types=("image/jpeg", "image/png")
)
ABOUT: Final = About(
    platform="noticeboard",
    label="Noticeboard",
    credentials=(Field("board", "Board"), Field("key", "Key", kind="secret")),
    options=(
        Field("colour", "Colour", kind="choice", choices=("white", "yellow"), default="white"),
        Field("pinned", "Pinned", kind="flag", default=False),
        Field("corner", "Corner", required=False),
    ),
    limits=LIMITS,
    content_types=frozenset({"feed_post", "blog_post"}),
    visibility_delay=timedelta(0),
    commit_is_repeatable=True,
)


@dataclass(frozen=True, slots=True)
class Note:
    """What the public sees."""

    key: str
    board: str
    text: str
    pictures: tuple[str, ...] = ()


@dataclass
class Noticeboard:
    """A Connector. Each board opens with the key that `keys` gives for it, at first “key of <board>”."""

    about: About = ABOUT
    notes: list[Note] = field(default_factory=list)
    """Visible now, oldest first."""
    keys: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    can: tuple[str, ...] = ("put up notes",)
    app: str = ""
    """Through which application all boards are used, as the checks tell."""
    checked_with: list[Mapping[str, str]] = field(default_factory=list)
    fails_with: list[BaseException] = field(default_factory=list)
    """What the next calls raise, one each, before they have an effect."""
    loses_answers: int = 0
    """How many of the next commits have their effect, and then a broken connection."""
    refuses_effects: int = 0
    """How many of the next commits have no effect, and a broken connection for an answer."""
    answers_with: list[BaseException] = field(default_factory=list)
    """What the next commits raise, one each, after their effect."""
    finds: list[Finding | BaseException] = field(default_factory=list)
    """What the next looks say, one each, whatever is true."""
    meanwhile: Callable[[], Awaitable[object]] | None = None
    """What happens once, between the call of the next commit and its effect."""
    while_preparing: Callable[[], Awaitable[object]] | None = None
    """What happens once, while the next one is prepared."""
    raw: dict[str, str] = field(default_factory=dict)
    """What the answers to commits hold beside the id."""
    looks: list[Doubt] = field(default_factory=list)
    """What the looks so far were told."""

    def render(self, source: Source, options: Mapping[str, Any]) -> Rendered:
        text = f"{source.title}\n{source.body}".strip()
        over = max(0, len(text) - (LIMITS.text_chars or 0))
        objections = (Objection("body", f"The text is {over} characters too long."),) if over else ()
        measure = Measure("text", "Text", str(len(text)), str(LIMITS.text_chars), over)
        return Rendered({"text": text, "link": source.link}, (measure,), objections)

    async def check(self, credentials: Mapping[str, str], options: Mapping[str, Any]) -> Health:
        self.checked_with.append(dict(credentials))
        self._fail()
        board = credentials["board"]
        if credentials["key"] != self.key_of(board):
            raise Reconnect("The board doesn't know this key.", advice="Ask for a new key.")
        return Health(account_of(board), self.can, self.warnings, app=self.app)

    def key_of(self, board: str) -> str:
        return self.keys.get(board, f"key of {board}")

    async def prepare(self, parcel: Parcel, done: Checkpoint, keep: KeepCheckpoint) -> Checkpoint:
        self._fail()
        if self.while_preparing is not None:
            happens, self.while_preparing = self.while_preparing, None
            await happens()
        if "draft" not in done:
            await keep({"draft": parcel.key})
        return {"draft": parcel.key}

    async def commit(self, parcel: Parcel, ready: Checkpoint) -> Receipt:
        self._fail()
        if self.meanwhile is not None:
            happens, self.meanwhile = self.meanwhile, None
            await happens()
        if self.refuses_effects:
            self.refuses_effects -= 1
            raise ConnectionResetError("the call was lost")
        if self._find(parcel.key) is None:
            pictures = tuple(picture.digest for picture in parcel.pictures)
            board = parcel.link.account.remote_id
            self.notes.append(Note(parcel.key, board, parcel.payload["text"], pictures))
        if self.loses_answers:
            self.loses_answers -= 1
            raise ConnectionResetError("the answer was lost")
        if self.answers_with:
            raise self.answers_with.pop(0)
        return replace(_receipt(parcel.key), raw=self.raw)

    async def reconcile(self, parcel: Parcel, ready: Checkpoint, doubt: Doubt) -> Finding:
        self._fail()
        self.looks.append(doubt)
        if self.finds:
            said = self.finds.pop(0)
            if isinstance(said, BaseException):
                raise said
            return said
        found = self._find(parcel.key)
        return Published(_receipt(found.key)) if found else NotPublished("no note with this key")

    async def find(self, parcel: Parcel, url: str) -> Receipt | None:
        self._fail()
        found = self._find(url.rpartition("/")[2])
        return _receipt(found.key) if found else None

    async def take_down(self, parcel: Parcel, receipt: Receipt) -> str:
        self._fail()
        self.notes = [note for note in self.notes if note.key != receipt.external_id]
        return "The note was taken down."

    async def clean_up(self, parcel: Parcel, left: Checkpoint) -> None:
        """Drafts aren't kept anywhere."""

    def _fail(self) -> None:
        if self.fails_with:
            raise self.fails_with.pop(0)

    def _find(self, key: str) -> Note | None:
        return next((note for note in self.notes if note.key == key), None)


def account_of(board: str) -> Account:
    return Account(ABOUT.platform, HOST, board, name=board.title())


def _receipt(key: str) -> Receipt:
    return Receipt(external_id=key, permalink=f"https://{HOST}/{key}")


__all__ = ["ABOUT", "ConnectorError", "Note", "Noticeboard", "account_of"]
