"""What changed from one version of a post to another: the source text, and each channel's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from signoff.kernel.ids import ChannelId
from signoff.records.models import Revision
from signoff.records.tenants import Channel
from signoff.web.compare import Comparison, compare


@dataclass(frozen=True, slots=True)
class VersionChange:
    """Everything that differs between two versions."""

    source: Comparison
    own: Sequence[tuple[Channel, Comparison]]
    """Channels that had or have something of their own which changed."""
    channels_added: Sequence[Channel]
    channels_removed: Sequence[Channel]

    @property
    def is_same(self) -> bool:
        return not (not self.source.is_same or self.own or self.channels_added or self.channels_removed)


def compare_versions(old: Revision, new: Revision, channels: Mapping[ChannelId, Channel]) -> VersionChange:
    """Compare two versions; channels that were removed since are left out."""
    touched = [key for key in channels if str(key) in {*old.overrides, *new.overrides}]
    own = [
        (channels[key], compare(old, new, key))
        for key in touched
        if old.overrides.get(str(key)) != new.overrides.get(str(key))
    ]
    before, after = set(old.channel_ids), set(new.channel_ids)
    return VersionChange(
        source=compare(old, new, None),
        own=own,
        channels_added=[channels[key] for key in new.channel_ids if key in channels and key not in before],
        channels_removed=[channels[key] for key in old.channel_ids if key in channels and key not in after],
    )
