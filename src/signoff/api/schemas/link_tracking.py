"""Which parameters links carry."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from pydantic import ConfigDict, Field

from signoff.api.schemas.base import In, Out
from signoff.kernel.ids import ChannelId

_EXAMPLE = "utm_source={platform}&utm_medium=social&utm_campaign={brand}"


class LinkTrackingIn(In):
    """Parameters as behind a web address's question mark.

    `{platform}`, `{channel}`, `{brand}` and `{type}` become the post's own.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"parameters": _EXAMPLE}]})

    parameters: str = Field(default="", max_length=500, description="Of all channels; empty: none.")
    channels: dict[UUID, str] = Field(
        default_factory=dict, max_length=200, description="Of channels that have their own; empty: as all."
    )


class LinkTrackingOut(Out):
    """What a brand's links carry."""

    parameters: str
    channels: dict[UUID, str]

    @classmethod
    def of(cls, given: Mapping[ChannelId | None, str]) -> LinkTrackingOut:
        own: dict[UUID, str] = {key: value for key, value in given.items() if key is not None}
        return cls(parameters=given.get(None, ""), channels=own)
