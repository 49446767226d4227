"""A backup from before twenty posts went out is restored: each is found by its key, none goes out twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from signoff.audit import chain
from signoff.backup.installation import Installation
from signoff.backup.make import Backup, make_backup
from signoff.backup.restore import opened_backup, restore_backup
from signoff.connectors.errors import Refused
from signoff.kernel.people import Actor
from signoff.organizations.channels import connect_channel
from signoff.pipeline.draft.media import upload_media
from signoff.pipeline.schedule.resume import resume, review_resume
from signoff.records.alerts.notices import open_alerts, open_pauses
from signoff.records.deliveries.restored import doubt_what_was_open
from signoff.records.models import Delivery, ReceiptRow
from signoff.records.states import DeliveryState, OnResume
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import scheduled
from tests.support.world import connect_board

PICTURE = Path(__file__).parents[1] / "web/picture.png"
POSTS = 20


@pytest.fixture
def installation(runtime: Runtime) -> Installation:
    return installation_of(runtime)


def installation_of(runtime: Runtime) -> Installation:
    return Installation(
        runtime.database.urls,
        runtime.settings.data_dir,
        runtime.settings.data_dir / "exports",
        runtime.vault.key_ids,
        runtime.clock.offset,
    )


async def back_up(runtime: Runtime, name: str = "signoff.zip") -> Backup:
    return await make_backup(installation_of(runtime), runtime.settings.data_dir / "backups" / name)


async def restore(runtime: Runtime, backup: Backup) -> int:
    with opened_backup(backup.path) as opened:
        await restore_backup(installation_of(runtime), opened)
    return await doubt_what_was_open(runtime)


async def work(runtime: Runtime, clock: ShiftableClock, *, rounds: int = 3) -> None:
    """Let a worker do all it can, and again when the next looks are due."""
    worker = Worker(runtime)
    for _ in range(rounds):
        await worker.run_until_idle()
        clock.advance(timedelta(minutes=1))


async def states(runtime: Runtime) -> list[DeliveryState]:
    async with runtime.worker_transaction() as tx:
        return list((await tx.scalars(select(Delivery.state).order_by(Delivery.id))).all())


async def one(runtime: Runtime, delivery: Delivery) -> Delivery:
    async with runtime.worker_transaction() as tx:
        return await tx.get_one(Delivery, delivery.id)


async def chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


@pytest.mark.slow
async def test_twenty_posts_published_since_the_backup_are_found_and_none_is_doubled(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    for _ in range(POSTS):
        await scheduled(runtime, owner, channel)
    backup = await back_up(runtime)
    clock.advance(timedelta(hours=1, seconds=1))
    await work(runtime, clock, rounds=1)
    out = [note.key for note in noticeboard.notes]
    assert len(out) == POSTS

    assert await restore(runtime, backup) == POSTS
    assert await states(runtime) == [DeliveryState.UNKNOWN] * POSTS
    (pause,) = await open_pauses(runtime, owner)
    assert "The backup of" in pause.reason
    await resume(runtime, owner, "global", None)
    await work(runtime, clock)

    assert [note.key for note in noticeboard.notes] == out, "nothing went out again"
    assert await states(runtime) == [DeliveryState.PUBLISHED] * POSTS
    async with runtime.worker_transaction() as tx:
        receipts = (await tx.scalars(select(ReceiptRow))).all()
        assert {receipt.source for receipt in receipts} == {"reconcile"}
        assert sorted(receipt.external_id for receipt in receipts) == sorted(out)
        assert (await chain.verify(tx, owner.organization_id)).ok


async def test_what_did_not_go_out_since_the_backup_goes_out_once(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    await scheduled(runtime, owner, channel)
    later = await scheduled(runtime, owner, channel, due_in=timedelta(days=7))
    backup = await back_up(runtime)
    await restore(runtime, backup)
    clock.advance(timedelta(hours=2))
    await work(runtime, clock)
    assert noticeboard.notes == [], "a person looks first"
    review = await review_resume(runtime, owner, "global", None)
    assert review.rule is OnResume.ASK, "and decides about each, unless they say otherwise"
    await resume(runtime, owner, "global", None, OnResume.PUBLISH)
    await work(runtime, clock)
    assert len(noticeboard.notes) == 1
    assert (await one(runtime, later)).state is DeliveryState.SCHEDULED
    clock.advance(timedelta(days=7))
    await work(runtime, clock)
    assert len(noticeboard.notes) == 2


async def test_absence_counts_only_once_no_earlier_call_can_take_effect(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    backup = await back_up(runtime)
    await restore(runtime, backup)
    worker = Worker(runtime)
    await worker.run_until_idle()
    assert (await one(runtime, delivery)).state is DeliveryState.UNKNOWN
    clock.advance(timedelta(minutes=2))
    await worker.run_until_idle()
    assert (await one(runtime, delivery)).state is DeliveryState.SCHEDULED


async def test_what_had_failed_and_is_not_out_has_failed_still(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, noticeboard: Noticeboard
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    clock.advance(timedelta(hours=2))
    noticeboard.fails_with = [Refused("The board takes no adverts.")]
    await work(runtime, clock, rounds=1)
    backup = await back_up(runtime)
    assert await restore(runtime, backup) == 1
    await resume(runtime, owner, "global", None)
    await work(runtime, clock)
    assert (await one(runtime, delivery)).state is DeliveryState.FAILED
    assert noticeboard.notes == []


async def test_a_worker_of_the_lost_time_can_not_write_any_more(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock
) -> None:
    delivery = await scheduled(runtime, owner, channel)
    backup = await back_up(runtime)
    clock.advance(timedelta(hours=2))
    await work(runtime, clock, rounds=1)
    before = (await one(runtime, delivery)).lease_token
    await restore(runtime, backup)
    first = (await one(runtime, delivery)).lease_token
    assert first > before + 1000
    await restore(runtime, await back_up(runtime, "second.zip"))
    assert (await one(runtime, delivery)).lease_token > first


async def test_doubting_again_changes_nothing(
    runtime: Runtime, owner: Actor, channel: Channel, brand: Brand
) -> None:
    await scheduled(runtime, owner, channel)
    await restore(runtime, await back_up(runtime))
    assert await doubt_what_was_open(runtime) == 0
    titles = [alert.title for alert in await open_alerts(runtime, owner)]
    assert titles == ["A backup was restored, publishing is paused"]
    another = await scheduled(runtime, owner, await connect_board(runtime, owner, brand, "mercado"))
    assert await doubt_what_was_open(runtime) == 0
    assert (await one(runtime, another)).state is DeliveryState.SCHEDULED


async def test_exported_pages_are_found_and_missing_ones_come_back(
    runtime: Runtime, owner: Actor, brand: Brand, clock: ShiftableClock
) -> None:
    pages = await connect_channel(runtime, owner, brand.id, "html", "Pages", {}, {})
    await scheduled(runtime, owner, pages)
    clock.advance(timedelta(hours=2))
    await work(runtime, clock, rounds=1)
    (kept,) = exported(runtime)
    await scheduled(runtime, owner, pages)
    backup = await back_up(runtime)
    clock.advance(timedelta(hours=2))
    await work(runtime, clock, rounds=1)
    out = exported(runtime)
    assert len(out) == 2
    del out[kept]
    lose(runtime, kept)

    assert await restore(runtime, backup) == 1
    await resume(runtime, owner, "global", None)
    await work(runtime, clock)
    assert exported(runtime).keys() == out.keys() | {kept}
    assert {name: exported(runtime)[name] for name in out} == out, "what visitors saw wasn't touched"
    assert set(await states(runtime)) == {DeliveryState.PUBLISHED}


def lose(runtime: Runtime, page: str) -> None:
    (runtime.settings.data_dir / "exports" / page).unlink()


def exported(runtime: Runtime) -> dict[str, bytes]:
    """The pages that visitors see."""
    folder = runtime.settings.data_dir / "exports"
    return {str(page.relative_to(folder)): page.read_bytes() for page in folder.rglob("index.html")}


async def test_pictures_come_back_and_altered_ones_are_mended(runtime: Runtime, owner: Actor) -> None:
    kept = await upload_media(runtime, owner, chunks(PICTURE.read_bytes()))
    backup = await back_up(runtime)
    assert (backup.pictures, backup.missing) == (1, ())
    content = await runtime.media.read(kept.digest)
    (stored,) = (runtime.settings.data_dir / "media").rglob(kept.digest)
    stored.write_bytes(b"altered")
    await restore(runtime, backup)
    assert await runtime.media.read(kept.digest) == content
    stored.write_bytes(b"altered")
    assert (await back_up(runtime, "second.zip")).missing == (kept.digest,)
