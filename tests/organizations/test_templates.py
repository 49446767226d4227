"""Templates: posts that begin with one are copies."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signoff.kernel.errors import Invalid, NotFound, WrongState
from signoff.kernel.ids import PostId, new_id
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandChanges, BrandDraft, change_brand, create_brand
from signoff.organizations.library.templates import (
    TemplateDraft,
    archive_template,
    change_template,
    create_template,
    restore_template,
    save_as_template,
)
from signoff.pipeline.draft.content import Override, PostDraft
from signoff.pipeline.draft.from_template import write_from_template
from signoff.pipeline.draft.write import create_post
from signoff.records.library.models import PostTemplate
from signoff.records.posts.queries import get_post
from signoff.records.states import ContentType
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.world import connect_board


@pytest.fixture
async def other(runtime: Runtime, owner: Actor) -> Brand:
    return await create_brand(runtime, owner, BrandDraft(name="Northlight", time_zone="Europe/London"))


async def test_nobody_keeps_templates_without_end(runtime: Runtime, owner: Actor, brand: Brand) -> None:
    first = await create_template(runtime, owner, TemplateDraft("First", brand.id))
    async with runtime.transaction(owner.organization_id) as tx:
        home = {"organization_id": owner.organization_id, "brand_id": brand.id}
        kind = ContentType.FEED_POST
        tx.add_all([PostTemplate(name=f"{place}", content_type=kind, **home) for place in range(99)])
    with pytest.raises(Invalid, match="100 templates for this brand already"):
        await create_template(runtime, owner, TemplateDraft("One more", brand.id))
    await create_template(runtime, owner, TemplateDraft("For all"))
    await archive_template(runtime, owner, first.id, version=1)
    with pytest.raises(Invalid, match="This name is taken"):
        await create_template(runtime, owner, TemplateDraft("FOR all"))
    await create_template(runtime, owner, TemplateDraft("One more", brand.id))
    with pytest.raises(WrongState, match="100 templates"):
        await restore_template(runtime, owner, first.id)


async def test_a_post_is_a_copy_of_its_template(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    second = await connect_board(runtime, owner, brand, "corner")
    template = await create_template(
        runtime,
        owner,
        TemplateDraft(
            "New dish",
            brand.id,
            body="New at {brand.name}: ",
            channels=[str(channel.id)],
            overrides={str(channel.id): {"body": "Short, {brand.city}"}, str(second.id): {"title": "x"}},
            tags=["menu", "menu"],
            image_ratio="4:5",
            image_prompt="A plate",
        ),
    )
    with pytest.raises(Invalid, match="no city"):
        await write_from_template(runtime, owner, template.id)
    madrid = BrandChanges(address={"city": "Madrid"})
    await change_brand(runtime, owner, brand.id, madrid, version=brand.version)
    post = await write_from_template(runtime, owner, template.id)
    changed = {"body": "Otherwise", "overrides": {}, "channels": []}
    await change_template(runtime, owner, template.id, changed, version=1)
    await archive_template(runtime, owner, template.id, version=2)
    await change_brand(runtime, owner, brand.id, BrandChanges(name="Sol"), version=brand.version + 1)
    found = await get_post(runtime, owner, post.post.id)
    assert (found.revision.body, found.revision.channel_ids) == (f"New at {brand.name}: ", [channel.id])
    assert found.revision.overrides == {str(channel.id): {"body": "Short, Madrid"}}
    assert (found.post.tags, found.post.image_ratio, found.post.image_prompt) == (["menu"], "4:5", "A plate")
    with pytest.raises(WrongState, match="archived"):
        await write_from_template(runtime, owner, template.id)


async def test_a_template_for_every_brand_goes_to_the_platforms_it_names(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel, other: Brand
) -> None:
    assert channel.platform == "noticeboard"
    there = await connect_board(runtime, owner, other, "northlight")
    overrides = {"noticeboard": {"body": "Short"}, "html": {"title": "Long"}}
    draft = TemplateDraft("All", body="{brand.name}", channels=["noticeboard"], overrides=overrides)
    template = await create_template(runtime, owner, draft)
    with pytest.raises(Invalid, match="Say for which brand"):
        await write_from_template(runtime, owner, template.id)
    post = await write_from_template(runtime, owner, template.id, brand_id=other.id)
    assert (post.brand.id, post.revision.body) == (other.id, "Northlight")
    assert post.revision.overrides == {str(there.id): {"body": "Short"}}
    own = await create_template(runtime, owner, TemplateDraft("Own", brand.id))
    with pytest.raises(Invalid, match="another brand"):
        await write_from_template(runtime, owner, own.id, brand_id=other.id)
    for wrong in ({"channels": ["noticeboard"]}, {"overrides": {str(there.id): {"body": "x"}}}):
        with pytest.raises(Invalid, match="isn't known here"):
            await change_template(runtime, owner, own.id, wrong, version=1)


async def test_a_post_is_saved_as_a_template_word_by_word(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    second = await connect_board(runtime, owner, brand, "corner")
    post = await create_post(
        runtime,
        replace(owner, is_agent=True, token="writer"),
        PostDraft(
            brand.id,
            ContentType.FEED_POST,
            title="Braces",
            body="Say {brand.name} and {x}.",
            channels=[channel.id, second.id],
            overrides={second.id: Override(body="Short")},
            tags=["a"],
            image_ratio="1:1",
        ),
    )
    template = await save_as_template(runtime, owner, post.post.id, "As it was")
    again = await write_from_template(runtime, owner, template.id)
    assert again.revision.body == "Say {brand.name} and {x}."
    assert again.revision.overrides == {str(second.id): {"body": "Short"}}
    assert again.revision.origin == "model"
    assert (again.post.tags, again.post.image_ratio) == (["a"], "1:1")
    with pytest.raises(Invalid, match="different things on two noticeboard accounts"):
        await save_as_template(runtime, owner, post.post.id, "For all", is_for_all=True)
    with pytest.raises(NotFound):
        await save_as_template(runtime, owner, PostId(new_id()), "x")


async def test_what_an_agent_wrote_into_a_template_is_a_models_in_every_post(
    runtime: Runtime, owner: Actor, brand: Brand
) -> None:
    template = await create_template(runtime, owner, TemplateDraft("Own", brand.id, body="By hand."))
    agent = replace(owner, is_agent=True, token="writer")
    await change_template(runtime, agent, template.id, {"body": "Prices fell by half."}, version=1)
    post = await write_from_template(runtime, owner, template.id)
    assert (post.revision.origin, post.revision.origin_detail["agent"]) == ("model", "writer")
