"""Channels: connected accounts of a brand. Credentials leave the vault only for calls to the platform."""

from __future__ import annotations

from signoff.organizations.channels.change import change_channel
from signoff.organizations.channels.check import check_channel, check_due_channels
from signoff.organizations.channels.connect import connect_channel
from signoff.organizations.channels.queries import (
    ChannelChoice,
    channel_choices,
    get_channel,
    list_channels,
    page_of_channels,
    platforms,
    read_channel_names,
    read_sandboxed,
)
from signoff.organizations.channels.reconnect import Reconnected, reconnect_channel
from signoff.organizations.channels.remove import Removed, erase_settled_credentials, remove_channel

__all__ = [
    "ChannelChoice",
    "Reconnected",
    "Removed",
    "change_channel",
    "channel_choices",
    "check_channel",
    "check_due_channels",
    "connect_channel",
    "erase_settled_credentials",
    "get_channel",
    "list_channels",
    "page_of_channels",
    "platforms",
    "read_channel_names",
    "read_sandboxed",
    "reconnect_channel",
    "remove_channel",
]
