"""The HTML connector: pictures first, then the page in one step that may be repeated."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from signoff.connectors.about import About
from signoff.connectors.base import (
    TAKES_DOWN,
    Account,
    CannotTell,
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
from signoff.connectors.content import Json, Rendered, Source
from signoff.connectors.errors import Ambiguous, ConnectorError, Refused, TryLater
from signoff.connectors.html.about import ABOUT, DEFAULT_FOLDER, PLATFORM
from signoff.connectors.html.files import (
    BadNameError,
    Place,
    account_folder,
    place_at,
    write_whole,
)
from signoff.connectors.html.render import render
from signoff.kernel.clock import Clock

_DATE: Final = r"\d{4}-\d{2}-\d{2}"
_SPACE_ADVICE: Final = "Free some space in Signoff's data folder, then retry."
_RIGHTS_ADVICE: Final = "Let Signoff write to its exports folder, then retry."
_FOLDER_ADVICE: Final = "Use lower-case letters, digits and hyphens for the folder, at most 100."
_AGAIN_ADVICE: Final = "Move it away, or cancel this delivery and schedule the post again."
_FOR_GOOD: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class HtmlExport:
    """Pages as files in a folder of this installation.

    `credentials["namespace"]` comes from the application, not from people: it keeps the accounts of different
    organizations or brands apart, since all of them are on this one host.
    """

    def __init__(self, exports_dir: Path, public_url: str, clock: Clock) -> None:
        self._exports = exports_dir
        self._public_url = public_url.rstrip("/")
        self._clock = clock

    @property
    def about(self) -> About:
        return ABOUT

    def render(self, source: Source, options: Mapping[str, Json]) -> Rendered:
        del options  # the folder changes nothing in the page
        return render(source)

    async def check(self, credentials: Mapping[str, str], options: Mapping[str, Json]) -> Health:
        remote_id = f"{credentials['namespace']}/{options.get('folder') or DEFAULT_FOLDER}"
        with _files():
            folder = account_folder(self._exports, remote_id)
            await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
            await asyncio.to_thread(write_whole, folder / ".writable", b"")
        return Health(Account(PLATFORM, PLATFORM, remote_id, folder.name), can=("write pages", TAKES_DOWN))

    async def prepare(self, parcel: Parcel, done: Checkpoint, keep: KeepCheckpoint) -> Checkpoint:
        state = {**done}
        if "published_on" not in state:
            # The date is part of the page, so it must be the same in every try.
            state["published_on"] = await self._date_there(parcel) or self._today(parcel)
            await keep(state)
        place = self._place(parcel)
        sealed = {picture.digest: picture for picture in parcel.pictures}
        for use in parcel.payload["pictures"]:
            content = await sealed[use["digest"]].read()
            with _files():
                await asyncio.to_thread(place.write_picture, use["name"], content)
        return state

    async def commit(self, parcel: Parcel, ready: Checkpoint) -> Receipt:
        content = str(ready["published_on"]).join(parcel.payload["page"]).encode()
        place = self._place(parcel)
        try:
            with _files():
                await asyncio.to_thread(write_whole, place.page, content)
        except (TryLater, Refused) as problem:
            if await asyncio.to_thread(place.read) == content:  # it failed after the page was in its place
                raise Ambiguous(problem.detail) from problem
            raise
        return self._receipt(parcel, content)

    async def reconcile(self, parcel: Parcel, ready: Checkpoint, doubt: Doubt) -> Finding:
        del ready, doubt  # the file itself tells, at any time
        try:
            content = await self._read(parcel)
        except ConnectorError as problem:
            return CannotTell(problem.detail)
        if content is None:
            return NotPublished("The page's file isn't there.")
        if _date_in(content, parcel.payload["page"]) is None:
            return CannotTell("Somebody changed the page's file.", is_final=True)
        return Published(self._receipt(parcel, content))

    async def find(self, parcel: Parcel, url: str) -> Receipt | None:
        parts = urlsplit(url.strip())
        if f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/") != self._permalink(parcel.key):
            return None
        content = await self._read(parcel)
        return self._receipt(parcel, content) if content is not None else None

    async def take_down(self, parcel: Parcel, receipt: Receipt) -> str:
        with _files():
            place = place_at(self._exports, parcel.link.account.remote_id, receipt.external_id)
            was_there = await asyncio.to_thread(place.remove)
        return "The page's files were deleted." if was_there else "The page's files were gone already."

    async def clean_up(self, parcel: Parcel, left: Checkpoint) -> None:
        del left
        place = self._place(parcel)
        with _files():
            if await asyncio.to_thread(place.read) is None:
                await asyncio.to_thread(place.remove)

    async def _read(self, parcel: Parcel) -> bytes | None:
        with _files():
            return await asyncio.to_thread(self._place(parcel).read)

    async def _date_there(self, parcel: Parcel) -> str | None:
        content = await self._read(parcel)
        if content is None:
            return None
        if (date := _date_in(content, parcel.payload["page"])) is None:
            raise Refused("Somebody changed the page's file.", advice=_AGAIN_ADVICE, code="edited")
        return date

    def _today(self, parcel: Parcel) -> str:
        return f"{self._clock.now().astimezone(ZoneInfo(parcel.payload['time_zone'])):%Y-%m-%d}"

    def _place(self, parcel: Parcel) -> Place:
        with _files():
            return place_at(self._exports, parcel.link.account.remote_id, _name(parcel))

    def _permalink(self, key: str) -> str:
        return f"{self._public_url}/exports/{key}"

    def _receipt(self, parcel: Parcel, content: bytes) -> Receipt:
        raw = {
            "folder": f"{parcel.link.account.remote_id}/{_name(parcel)}",
            "sha256": hashlib.sha256(content).hexdigest(),
            "size_bytes": len(content),
        }
        return Receipt(_name(parcel), self._permalink(parcel.key), raw)


def _name(parcel: Parcel) -> str:
    return f"{parcel.payload['slug_base']}-{parcel.key}"


def _date_in(content: bytes, page: list[str]) -> str | None:
    """Give the date on which a file was published; None when it isn't the approved page."""
    first, *others = map(re.escape, page)
    found = re.fullmatch(rf"{first}({_DATE})" + r"\1".join(others), content.decode("utf-8", "replace"))
    return found.group(1) if found else None


@contextmanager
def _files() -> Iterator[None]:
    """Say what a failure of the file system means."""
    try:
        yield
    except BadNameError as problem:
        raise Refused(f"“{problem}” can't be the name of a folder.", advice=_FOLDER_ADVICE) from problem
    except OSError as problem:
        reason = problem.strerror or "unknown error"
        if problem.errno in _FOR_GOOD:
            raise Refused(f"The files can't be reached: {reason}.", advice=_RIGHTS_ADVICE) from problem
        raise TryLater(f"The files can't be reached: {reason}.", advice=_SPACE_ADVICE) from problem
