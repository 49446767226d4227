"""The platform's side is the truth: what the public saw there, compared with what the database says."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select

from signoff.audit.models import AuditEntry
from signoff.kernel.ids import DeliveryId
from signoff.records.models import Delivery, ReceiptRow
from signoff.records.states import DeliveryState
from tests.chaos.content import Placed
from tests.chaos.scene import Scene

_MARK: Final = re.compile(r"loaf no\. \d+ of \w+")
_WITHOUT_ID: Final = "container:"
"""Begins the receipt of a post that is out and whose own id Instagram hadn't listed when it was found."""


@dataclass(slots=True)
class Seen:
    """What the public saw of one post."""

    ever: int = 0
    """How many posts of it appeared, gone ones included."""
    visible: int = 0
    ids: set[str] = field(default_factory=set)
    """Of those that can be seen now."""
    permalink: str = ""


async def look_around(scene: Scene, placed: Sequence[Placed]) -> Mapping[str, Seen]:
    """Ask the platforms what they show, by the posts' marks; what bears none of our marks is there, too."""
    seen: defaultdict[str, Seen] = defaultdict(Seen)
    for account in {post.account.id for post in placed if post.account.id}:
        for shown in await asyncio.to_thread(scene.sandbox.posts, account, hidden=True):
            if shown["published_at"]:
                _add(seen, shown["text"], shown["id"], shown["permalink"], shown["state"] == "visible")
    for name, text in await asyncio.to_thread(lambda: list(_pages(scene))):
        _add(seen, text, name, f"{scene.runtime.settings.address}/exports/{name.rpartition('-')[2]}", True)
    return seen


def _pages(scene: Scene) -> Iterator[tuple[str, str]]:
    for page in (scene.runtime.settings.data_dir / "exports").rglob("index.html"):
        yield page.parent.name, page.read_text()


def _add(seen: Mapping[str, Seen], text: str, id: str, permalink: str, is_visible: bool) -> None:
    found = _MARK.search(text)
    one = seen[found[0] if found else text]
    one.ever += 1
    if is_visible:
        one.visible += 1
        one.ids.add(id)
        one.permalink = permalink


@dataclass(frozen=True, slots=True)
class Counted:
    """What must be none, by the posts' marks; and what just is."""

    doubled: Sequence[str]
    """Seen more than once, be it that one of them is gone."""
    lost: Sequence[str]
    """Wanted, and not to be seen."""
    revived: Sequence[str]
    """To be seen although taken down, or seen although cancelled."""
    unapproved: Sequence[str]
    """To be seen, and not one of the approved posts."""
    unproven: Sequence[str]
    """Out without one receipt that names just that post."""
    taken_down: int
    cancelled: int
    states: Mapping[str, int]
    actions: Mapping[str, int]
    """How often each move was made, by the audit."""
    found_by_looking: int


async def counted(scene: Scene, placed: Sequence[Placed], unwanted: set[DeliveryId]) -> Counted:
    seen = await look_around(scene, placed)
    async with scene.runtime.worker_transaction() as tx:
        rows = {row.id: row for row in (await tx.scalars(select(Delivery))).all()}
        receipts: defaultdict[DeliveryId, list[ReceiptRow]] = defaultdict(list)
        for receipt in (await tx.scalars(select(ReceiptRow))).all():
            receipts[receipt.delivery_id].append(receipt)
        by_action = select(AuditEntry.action, func.count()).group_by(AuditEntry.action)
        actions = {row[0]: row[1] for row in await tx.execute(by_action)}
    is_gone = {
        post.mark: rows[post.delivery_id].state in {DeliveryState.RECOVERED, DeliveryState.CANCELLED}
        for post in placed
    }
    of = {post.mark: seen.get(post.mark, Seen()) for post in placed}
    return Counted(
        doubled=[mark for mark, one in of.items() if one.ever > 1],
        lost=[
            post.mark
            for post in placed
            if not of[post.mark].visible and not (is_gone[post.mark] and post.delivery_id in unwanted)
        ],
        revived=[
            post.mark
            for post in placed
            if (is_gone[post.mark] and of[post.mark].visible)
            or (rows[post.delivery_id].state is DeliveryState.CANCELLED and of[post.mark].ever)
        ],
        unapproved=[mark for mark in seen if mark not in of],
        unproven=[
            post.mark
            for post in placed
            if of[post.mark].visible and not _is_proven(of[post.mark], receipts[post.delivery_id])
        ],
        taken_down=sum(row.state is DeliveryState.RECOVERED for row in rows.values()),
        cancelled=sum(row.state is DeliveryState.CANCELLED for row in rows.values()),
        states=Counter(str(row.state) for row in rows.values()),
        actions=actions,
        found_by_looking=sum(row.source == "reconcile" for each in receipts.values() for row in each),
    )


def _is_proven(seen: Seen, receipts: Sequence[ReceiptRow]) -> bool:
    if len(receipts) != 1:
        return False
    id = receipts[0].external_id
    return id in seen.ids or id.startswith(_WITHOUT_ID)
