"""Setting which parameters the links in a brand's posts carry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from sqlalchemy.dialects.postgresql import insert

from signoff.audit import chain
from signoff.kernel.errors import Invalid
from signoff.kernel.ids import BrandId, ChannelId, new_id
from signoff.kernel.people import Actor, May
from signoff.organizations.lookup import find_brand, find_channel
from signoff.records.posts.tracking import WORDS, LinkTracking, read_tracking, unknown_words
from signoff.runtime import Runtime

_MOST_CHARS: Final = 500


async def get_link_tracking(
    runtime: Runtime, actor: Actor, brand_id: BrandId
) -> Mapping[ChannelId | None, str]:
    """Give a brand's parameters by channel; under None those of the brand.

    Raises:
        NotFound: There is no such brand.
    """
    actor.need(May.READ)
    async with runtime.transaction(actor.organization_id) as tx:
        await find_brand(tx, actor, brand_id)
        return await read_tracking(tx, brand_id)


async def set_link_tracking(
    runtime: Runtime, actor: Actor, brand_id: BrandId, given: Mapping[ChannelId | None, str]
) -> Mapping[ChannelId | None, str]:
    """Set parameters, for the brand under None; a channel's empty ones follow the brand.

    What was handed in for review keeps the links that it was handed in with.

    Raises:
        NotFound: There is no such brand or channel.
        Invalid: They aren't parameters.
    """
    actor.need(May.MANAGE_BRANDS)
    values = {key: _checked(parameters) for key, parameters in given.items()}
    async with runtime.transaction(actor.organization_id) as tx:
        brand = await find_brand(tx, actor, brand_id)
        before = await read_tracking(tx, brand_id)
        for channel_id, parameters in values.items():
            if channel_id and (await find_channel(tx, actor, channel_id)).brand_id != brand_id:
                raise Invalid("The channel is another brand's.", field="channels")
            row = {
                "id": new_id(),
                "organization_id": brand.organization_id,
                "brand_id": brand_id,
                "channel_id": channel_id,
                "parameters": parameters,
            }
            stored = insert(LinkTracking).values(row)
            await tx.execute(
                stored.on_conflict_do_update(
                    constraint="one_line_each", set_={"parameters": stored.excluded.parameters}
                )
            )
        after = await read_tracking(tx, brand_id)
        chain.record(
            tx, actor, "brand.changed", ("brand", brand.id), before=_named(before), after=_named(after)
        )
        return after


def _named(parameters: Mapping[ChannelId | None, str]) -> dict[str, str]:
    return {f"links of {key or 'the brand'}": value for key, value in parameters.items()}


def _checked(parameters: str) -> str:
    parameters = parameters.strip().lstrip("?&")
    if len(parameters) > _MOST_CHARS or not parameters.isprintable() or " " in parameters:
        raise _wrong(f"At most {_MOST_CHARS} characters in one line, without blanks.")
    try:
        parse_qsl(parameters, strict_parsing=bool(parameters))
    except ValueError as problem:
        raise _wrong("Each parameter has a name and a value.") from problem
    if unknown := unknown_words(parameters):
        known = ", ".join(f"{{{word}}}" for word in WORDS)
        raise _wrong(f"“{unknown[0]}” stands for nothing. In braces there can be {known}.")
    return parameters


def _wrong(why: str) -> Invalid:
    example = "utm_source={platform}&utm_medium=social&utm_campaign={brand}"
    return Invalid(why, field="parameters", next_step=f"Such as {example}.")
