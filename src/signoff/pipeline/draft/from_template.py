"""Beginning a post with a template. What it says is copied, with the brand's facts in their places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from signoff.audit import chain
from signoff.kernel.errors import WrongState
from signoff.kernel.ids import BrandId, TemplateId
from signoff.kernel.people import Actor, May
from signoff.pipeline.draft.content import Override, PostDraft, check_form, check_references
from signoff.pipeline.draft.write import store_post
from signoff.records.deliveries.views import PostView
from signoff.records.library.models import PostTemplate
from signoff.records.library.placeholders import filled
from signoff.records.library.queries import brand_of, find
from signoff.records.pages import present_channels
from signoff.records.posts.queries import read_post
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime

Fill = Callable[[str, str], str]


async def write_from_template(
    runtime: Runtime, actor: Actor, template_id: TemplateId, *, brand_id: BrandId | None = None
) -> PostView:
    """Store a new draft with a template's content, for its brand or for the one that is named.

    Raises:
        NotAllowed: The role may not write.
        NotFound: There is no such template or brand.
        WrongState: The template is archived.
        Invalid: It is another brand's, none is named, or the brand lacks a fact that it needs.
    """
    actor.need(May.WRITE_POSTS)
    async with runtime.transaction(actor.organization_id) as tx:
        template = await find(tx, actor, PostTemplate, template_id)
        if template.archived_at is not None:
            raise WrongState("This template is archived.", next_step="Restore it, or use another one.")
        brand = await brand_of(tx, actor, template, brand_id)
        channels = (await tx.scalars(present_channels(actor, brand.id))).all()
        draft = _draft(template, brand, channels)
        check_form(draft)
        await check_references(tx, draft)
        post = await store_post(tx, actor, draft)
        subject = (PostTemplate.called, template.id)
        chain.record(tx, actor, "template.used", subject, after={"name": template.name}, post_id=post.id)
        return await read_post(tx, post.id)


def _draft(template: PostTemplate, brand: Brand, channels: Sequence[Channel]) -> PostDraft:
    def fill(text: str, field: str) -> str:
        return filled(text, brand, field=field)

    by_key = {channel.id: _key(template, channel) for channel in channels}
    chosen = [each for each, key in by_key.items() if not template.channels or key in template.channels]
    own = {each: _override(template.overrides.get(by_key[each], {}), fill) for each in chosen}
    return PostDraft(
        brand_id=BrandId(brand.id),
        content_type=template.content_type,
        title=fill(template.title, "title"),
        body=fill(template.body, "body"),
        link=fill(template.link, "link"),
        channels=chosen,
        overrides={each: override for each, override in own.items() if override != Override()},
        tags=template.tags,
        image_prompt=fill(template.image_prompt, "image_prompt"),
        image_ratio=fill(template.image_ratio, "image_ratio"),
        origin=template.origin,
        origin_detail=template.origin_detail,
    )


def _key(template: PostTemplate, channel: Channel) -> str:
    return str(channel.id) if template.brand_id else channel.platform


def _override(own: Mapping[str, Any], fill: Fill) -> Override:
    said: dict[str, Any] = {name: fill(text, name) for name, text in own.items()}
    return Override(**said)
