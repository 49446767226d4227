"""Templates: what posts can begin with, written from scratch or saved from a post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from signoff.kernel.errors import Invalid
from signoff.kernel.ids import BrandId, ChannelId, PostId, TemplateId
from signoff.kernel.people import Actor, May
from signoff.organizations.library import shelf
from signoff.organizations.library.shelf import checked, need_keeper
from signoff.organizations.library.template_fields import CHECKS
from signoff.organizations.lookup import find_brand
from signoff.records.deliveries.views import PostView
from signoff.records.library.models import PostTemplate
from signoff.records.library.placeholders import literal
from signoff.records.pages import present_channels
from signoff.records.posts.queries import read_post
from signoff.records.states import ContentType
from signoff.runtime import Runtime

_SAID: Final = ("title", "body", "link")


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """What makes a template; its texts may hold placeholders such as {brand.name}."""

    name: str
    brand_id: BrandId | None = None
    """None: for every brand."""
    content_type: str = ContentType.FEED_POST
    title: str = ""
    body: str = ""
    link: str = ""
    channels: Sequence[str] = ()
    """Channel ids for a brand, platforms for every brand; empty: all that there are when it is used."""
    overrides: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By the same keys: what a channel says differently, as title, body and link."""
    tags: Sequence[str] = ()
    image_prompt: str = ""
    image_ratio: str = ""
    origin: str = "hand"
    origin_detail: Mapping[str, Any] = field(default_factory=dict)


async def create_template(runtime: Runtime, actor: Actor, draft: TemplateDraft) -> PostTemplate:
    """Keep a new template.

    Raises:
        NotAllowed: It isn't the actor's to make.
        NotFound: There is no such brand.
        Invalid: A field is wrong, the name is taken, or there are too many.
    """
    need_keeper(actor, draft.brand_id)
    async with runtime.transaction(actor.organization_id) as tx:
        return await _put(runtime, tx, actor, draft)


async def save_as_template(
    runtime: Runtime, actor: Actor, post_id: PostId, name: str, *, is_for_all: bool = False
) -> PostTemplate:
    """Keep a post's present content as a template of its brand, or for every brand; pictures are left out.

    Raises:
        NotAllowed: It isn't the actor's to make.
        NotFound: There is no such post.
        Invalid: The name is wrong or taken, there are too many, or two accounts of one platform say different
            things, which a template for every brand can't.
    """
    actor.need(May.WRITE_POSTS)
    async with runtime.transaction(actor.organization_id) as tx:
        view = await read_post(tx, post_id)
        need_keeper(actor, None if is_for_all else view.brand.id)
        return await _put(runtime, tx, actor, _draft_of(view, name, is_for_all=is_for_all))


async def change_template(
    runtime: Runtime, actor: Actor, template_id: TemplateId, changes: Mapping[str, Any], *, version: int
) -> PostTemplate:
    """Change what is named; posts that were made from it stay as they are.

    Raises:
        NotFound: There is no such template.
        NotAllowed: It isn't the actor's to change.
        WrongState: It is archived.
        VersionChanged: Somebody saved a newer version.
        Invalid: A field is wrong, or the name is taken.
    """
    values = checked(changes, CHECKS)
    async with runtime.transaction(actor.organization_id) as tx:
        template = await shelf.change(tx, actor, PostTemplate, template_id, values, version)
        if actor.is_agent:  # of whatever begins with it, a person confirms the facts
            template.origin, template.origin_detail = "model", _by_agent(actor, template.origin_detail)
        await _check_keys(runtime, tx, actor, template.brand_id, values)
        return template


async def archive_template(
    runtime: Runtime, actor: Actor, template_id: TemplateId, *, version: int
) -> PostTemplate:
    """Put a template away. Raises what `shelf.archive` raises."""
    async with runtime.transaction(actor.organization_id) as tx:
        return await shelf.archive(tx, actor, PostTemplate, template_id, version)


async def restore_template(runtime: Runtime, actor: Actor, template_id: TemplateId) -> PostTemplate:
    """Get an archived template back. Raises what `shelf.restore` raises."""
    async with runtime.transaction(actor.organization_id) as tx:
        return await shelf.restore(tx, actor, PostTemplate, template_id)


async def _put(runtime: Runtime, tx: AsyncSession, actor: Actor, draft: TemplateDraft) -> PostTemplate:
    if draft.brand_id:
        await find_brand(tx, actor, draft.brand_id)
    given = asdict(draft)
    brand_id, origin, detail = (given.pop(name) for name in ("brand_id", "origin", "origin_detail"))
    values = checked(given, CHECKS)
    await _check_keys(runtime, tx, actor, brand_id, values)
    if actor.is_agent:
        origin, detail = "model", _by_agent(actor, detail)
    row = PostTemplate(
        organization_id=actor.organization_id,
        brand_id=brand_id,
        origin=origin,
        origin_detail=detail,
        **values,
    )
    return await shelf.put(tx, actor, row)


def _by_agent(actor: Actor, detail: Mapping[str, Any]) -> dict[str, Any]:
    return {"agent": actor.token, **detail}


async def _check_keys(
    runtime: Runtime, tx: AsyncSession, actor: Actor, brand_id: BrandId | None, values: Mapping[str, Any]
) -> None:
    """Check that channels and overrides name what there is: channels of the brand, or platforms."""
    for name in ("channels", "overrides"):
        if not values.get(name):
            continue
        if brand_id:
            present = {str(each.id) for each in await tx.scalars(present_channels(actor, brand_id))}
            advice = "Name channels of its brand by their ids."
        else:
            present, advice = set(runtime.connectors), "A template for every brand names platforms."
        if unknown := sorted(set(values[name]) - present):
            raise Invalid(f"“{unknown[0]}” isn't known here.", field=name, next_step=advice)


def _draft_of(view: PostView, name: str, *, is_for_all: bool) -> TemplateDraft:
    """Give a post's content as a template; in one for every brand, platforms stand for its channels."""
    revision = view.revision
    key_of = {each.id: each.platform if is_for_all else str(each.id) for each in view.channels}
    overrides: dict[str, dict[str, str]] = {}
    for channel_id, key in key_of.items():
        said = _own(revision.overrides, channel_id)
        if overrides.setdefault(key, said) != said:
            raise Invalid(
                f"This post says different things on two {key} accounts.",
                field="for_all",
                next_step="Save it for its brand only.",
            )
    return TemplateDraft(
        name,
        None if is_for_all else BrandId(view.brand.id),
        content_type=view.post.content_type,
        title=literal(revision.title),
        body=literal(revision.body),
        link=literal(revision.link),
        channels=list(dict.fromkeys(key_of.values())),
        overrides={key: said for key, said in overrides.items() if said},
        tags=view.post.tags,
        image_prompt=literal(view.post.image_prompt),
        image_ratio=view.post.image_ratio,
        origin=revision.origin,
        origin_detail=revision.origin_detail,
    )


def _own(overrides: Mapping[str, Any], channel_id: ChannelId) -> dict[str, str]:
    own = overrides.get(str(channel_id), {})
    return {name: literal(own[name]) for name in _SAID if own.get(name)}
