"""Hundreds of approved posts on several accounts, told apart by their marks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import uuid4

from signoff.kernel.ids import DeliveryId, MediaId, PostId
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandDraft, create_brand
from signoff.organizations.found import found_organization
from signoff.organizations.local import local_actor
from signoff.pipeline.draft.content import MediaUse, PostDraft
from signoff.pipeline.draft.media import upload_media
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.pipeline.schedule.place import place
from signoff.records.planning.placement import Schedule
from signoff.records.states import ContentType, Verdict
from signoff.records.tenants import Channel
from tests.chaos.plan import Plan
from tests.chaos.scene import Scene
from tests.crashes import platforms
from tests.crashes.batch import connected
from tests.crashes.platforms import Platform
from tests.media import pictures
from tests.support.posts import seen

DIRECTLY: Final = "facebook directly"
OWNER: Final = "owner@casaluz.example"
_RUN: Final = uuid4().hex


@dataclass(frozen=True, slots=True)
class Account:
    """An account that is published to. `id` is the sandbox's, empty for a folder."""

    name: str
    id: str
    platform: Platform
    channel: Channel

    @property
    def is_listed_only(self) -> bool:
        """Whether only a listing tells what is out; two looks, a visibility delay apart, must then agree."""
        return self.name == DIRECTLY


@dataclass(frozen=True, slots=True)
class Approved:
    """An approved post, not yet scheduled."""

    mark: str
    post_id: PostId
    account: Account


@dataclass(frozen=True, slots=True)
class Placed:
    """A post that is to appear once on one account."""

    mark: str
    delivery_id: DeliveryId
    account: Account
    due_at: datetime


async def founded(scene: Scene) -> Actor:
    await found_organization(scene.runtime, "Casa Luz", OWNER, "Olga Owner")
    return await local_actor(scene.runtime, OWNER)


async def connect_all(scene: Scene, actor: Actor, names: Sequence[str]) -> list[Account]:
    """Connect an account of each platform, in a brand of their own."""
    brand = await create_brand(scene.runtime, actor, BrandDraft("Casa Luz", "Europe/Madrid"))
    accounts = []
    for name in names:
        platform, id = _platform(scene, name)
        channel = await connected(scene.runtime, actor, brand, platform)
        accounts.append(Account(name, id, platform, channel))
    return accounts


def _platform(scene: Scene, name: str) -> tuple[Platform, str]:
    if name == "html":
        return platforms.html(scene.runtime.settings.data_dir / "exports"), ""
    platform, account = platforms.seeded(scene.sandbox, name.partition(" ")[0])
    if name == DIRECTLY:  # the way whose commit can't be repeated
        platform = replace(platform, options={"draft_first": False})
    return replace(platform, content_type=ContentType.FEED_POST), account.id


async def approve_all(
    scene: Scene, actor: Actor, accounts: Sequence[Account], numbers: Iterable[int]
) -> list[Approved]:
    """Write, submit and approve posts, in turns over the accounts."""
    data = pictures.saved(pictures.scene((648, 640)), "JPEG")
    picture = (await upload_media(scene.runtime, actor, _at_once(data))).id
    return [
        await _approved(scene, actor, accounts[number % len(accounts)], number, picture) for number in numbers
    ]


async def _approved(scene: Scene, actor: Actor, account: Account, number: int, picture: MediaId) -> Approved:
    mark = f"loaf no. {number:05} of {_RUN}"
    uses = [MediaUse(picture, "A loaf of bread")] if account.name == "instagram" else []
    draft = PostDraft(
        account.channel.brand_id,
        account.platform.content_type,
        title=mark,
        body=f"Take {mark}.",
        media=uses,
        channels=[account.channel.id],
    )
    post_id = (await create_post(scene.runtime, actor, draft)).post.id
    await submit(scene.runtime, actor, post_id)
    fingerprint = await seen(scene.runtime, actor, post_id)
    await decide(scene.runtime, actor, post_id, Verdict.APPROVE, seen=fingerprint)
    return Approved(mark, post_id, account)


async def place_all(
    scene: Scene, actor: Actor, approved: Sequence[Approved], plan: Plan, begin: datetime
) -> list[Placed]:
    """Schedule everything from `begin` on, most of it evenly over the run, some of it for the same second."""
    random = Random(plan.seed)
    lasts_s = plan.lasts.total_seconds()
    bursts = [random.uniform(0, lasts_s) for _ in range(plan.bursts)]
    moments = [at for at in bursts for _ in range(plan.in_burst)][: len(approved) // 2]
    moments += [random.uniform(0, lasts_s) for _ in range(len(approved) - len(moments))]
    placed = []
    for post, moment in zip(random.sample(approved, len(approved)), sorted(moments), strict=True):
        due_at = max(begin + timedelta(seconds=moment), scene.clock.now() + timedelta(seconds=2))
        (view,) = await place(scene.runtime, actor, post.post_id, Schedule(due_at=due_at))
        placed.append(Placed(post.mark, view.delivery.id, post.account, due_at))
    return placed


async def _at_once(data: bytes) -> AsyncIterator[bytes]:
    yield data
