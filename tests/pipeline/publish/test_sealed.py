"""What changes after the approval isn't published, however late it changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from signoff.kernel.people import Actor
from signoff.media.folder import file_of
from signoff.pipeline.draft.content import MediaUse, PostDraft
from signoff.pipeline.draft.media import upload_media
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.records.models import Delivery, Media
from signoff.records.planning.placement import Schedule
from signoff.records.states import ContentType, DeliveryState, Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.media.pictures import saved, scene
from tests.support.clock import ShiftableClock
from tests.support.noticeboard import Noticeboard
from tests.support.posts import seen
from tests.support.publishing import alerts, row
from tests.support.raw_sql import Role


async def _at_once(data: bytes) -> AsyncIterator[bytes]:
    yield data


@pytest.fixture
async def picture(runtime: Runtime, owner: Actor) -> Media:
    return await upload_media(runtime, owner, _at_once(saved(scene((640, 640)), "JPEG")))


@pytest.fixture
async def illustrated(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, picture: Media
) -> Delivery:
    """A due delivery with a picture."""
    draft = PostDraft(
        channel.brand_id,
        ContentType.FEED_POST,
        body="Fresh bread at eight.",
        media=[MediaUse(picture.id, "A loaf of bread")],
        channels=[channel.id],
    )
    post_id = (await create_post(runtime, owner, draft)).post.id
    await submit(runtime, owner, post_id)
    schedule = Schedule(due_at=clock.now() + timedelta(minutes=5))
    shown = await seen(runtime, owner, post_id)
    decided = await decide(runtime, owner, post_id, Verdict.APPROVE, seen=shown, schedule=schedule)
    clock.advance(timedelta(minutes=6))
    return decided.deliveries[0].delivery


@pytest.mark.parametrize("moment", ["before the claim", "while it is prepared"])
@pytest.mark.parametrize("how", ["altered", "gone"])
async def test_a_picture_that_changes_on_the_disk_stops_it(
    runtime: Runtime,
    owner: Actor,
    noticeboard: Noticeboard,
    picture: Media,
    illustrated: Delivery,
    *,
    moment: str,
    how: str,
) -> None:
    file = file_of(runtime.settings.data_dir / "media", picture.digest)

    async def change() -> None:
        if how == "gone":
            file.unlink()
        else:
            file.chmod(0o600)
            file.write_bytes(saved(scene((640, 648)), "JPEG"))

    if moment == "before the claim":
        await change()
    else:
        noticeboard.while_preparing = change
    await Worker(runtime).run_until_idle()

    stopped = await row(runtime, owner, illustrated)
    assert (stopped.state, stopped.error_class) == (DeliveryState.FAILED, "seal_broken")
    assert not noticeboard.notes
    assert len(await alerts(runtime, owner)) == 1


@pytest.mark.parametrize("moment", ["before the claim", "while it is prepared"])
async def test_a_text_that_changes_in_the_database_stops_it(
    runtime: Runtime,
    owner: Actor,
    noticeboard: Noticeboard,
    illustrated: Delivery,
    owner_sql: Role,
    *,
    moment: str,
) -> None:
    async def change() -> None:
        changed = "replace(canonical, 'at eight', 'at nine')"
        digest = f"encode(sha256(convert_to({changed}, 'UTF8')), 'hex')"
        await owner_sql.run(f"update variants set canonical = {changed}, digest = {digest}")

    if moment == "before the claim":
        await change()
    else:
        noticeboard.while_preparing = change
    await Worker(runtime).run_until_idle()

    stopped = await row(runtime, owner, illustrated)
    assert (stopped.state, stopped.error_class) == (DeliveryState.FAILED, "seal_broken")
    assert not noticeboard.notes
    assert len(await alerts(runtime, owner)) == 1
