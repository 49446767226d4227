"""Where pictures are fetched by the platform: it must be able to reach us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from signoff.connectors.base import Connector
from signoff.kernel.errors import WrongState
from signoff.kernel.people import Actor
from signoff.pipeline.draft.content import MediaUse, PostDraft
from signoff.pipeline.draft.media import upload_media
from signoff.pipeline.draft.write import create_post
from signoff.pipeline.review.decide import decide
from signoff.pipeline.review.submit import submit
from signoff.records.deliveries.views import PostView
from signoff.records.states import ContentType, PostState, Verdict
from signoff.records.tenants import Channel
from signoff.runtime import Runtime
from tests.media.pictures import in_chunks, saved, scene
from tests.support.noticeboard import ABOUT, Noticeboard
from tests.support.posts import approved, seen


@pytest.fixture
def connectors() -> Mapping[str, Connector]:
    """A platform that fetches pictures itself."""
    return {"noticeboard": Noticeboard(replace(ABOUT, fetches_media=True))}


async def with_picture(runtime: Runtime, actor: Actor, channel: Channel) -> PostView:
    """A post in review with a picture."""
    picture = await upload_media(runtime, actor, in_chunks(saved(scene(), "PNG")))
    uses = [MediaUse(picture.id, "A loaf")]
    draft = PostDraft(
        channel.brand_id, ContentType.FEED_POST, title="Bread", media=uses, channels=[channel.id]
    )
    return await submit(runtime, actor, (await create_post(runtime, actor, draft)).post.id)


def at(runtime: Runtime, address: str) -> Runtime:
    """The same installation, reached by another address."""
    return replace(runtime, settings=runtime.settings.model_copy(update={"public_url": address}))


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:8000",
        "https://127.0.0.1",
        "https://localhost",
        "https://10.0.0.8",
        "https://[::1]",
        "https://signoff.internal",
        "http://signoff.example",
    ],
)
async def test_an_address_that_no_platform_reaches_is_refused_before_the_approval(
    runtime: Runtime, owner: Actor, channel: Channel, address: str
) -> None:
    post = (await with_picture(runtime, owner, channel)).post
    fingerprint = await seen(runtime, owner, post.id)
    with pytest.raises(WrongState, match="can't be reached from the internet") as refused:
        await decide(at(runtime, address), owner, post.id, Verdict.APPROVE, seen=fingerprint)
    assert "SIGNOFF_PUBLIC_URL" in refused.value.next_step


@pytest.mark.parametrize("address", ["https://signoff.example", "https://93.184.215.14"])
async def test_a_public_address_is_fine(
    runtime: Runtime, owner: Actor, channel: Channel, address: str
) -> None:
    post = (await with_picture(runtime, owner, channel)).post
    fingerprint = await seen(runtime, owner, post.id)
    done = await decide(at(runtime, address), owner, post.id, Verdict.APPROVE, seen=fingerprint)
    assert done.post.post.state is PostState.APPROVED


async def test_without_pictures_nothing_is_fetched(runtime: Runtime, owner: Actor, channel: Channel) -> None:
    assert (await approved(at(runtime, "http://127.0.0.1:8000"), owner, channel)).seal
