"""What every page shows around its own content: counts, brands, and what everybody must know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from signoff.kernel.people import Actor
from signoff.organizations.brands import list_brands
from signoff.organizations.channels import list_channels
from signoff.records.alarms import standing_alarms
from signoff.records.audit_trail import last_entry
from signoff.records.delivery_queries import list_deliveries
from signoff.records.health import count_late
from signoff.records.models import Alarm, Pause
from signoff.records.notices import open_pauses
from signoff.records.queries import count_by_state
from signoff.records.states import DeliveryState, PostState
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime

ASKING: Final = (
    DeliveryState.UNKNOWN,
    DeliveryState.FAILED,
    DeliveryState.MANUAL_DUE,
    DeliveryState.MANUAL_RECOVERY_NEEDED,
)
"""States in which a delivery waits for a person, or may soon."""


@dataclass(frozen=True, slots=True)
class Held:
    """A pause, and in words what it holds."""

    pause: Pause
    what: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Counts for the navigation, and the banners."""

    seq: int
    """The audit entry up to which the page is true; live events go on from there."""
    posts: Mapping[PostState, int]
    asking: int
    """At most 100 are counted."""
    pauses: Sequence[Held]
    alarms: Sequence[Alarm]
    """What keeps everybody's posts from going out."""
    late: int
    """Deliveries that are told late."""
    brands: Sequence[Brand]
    sandboxed: Sequence[Channel]
    """Channels on a stand-in: nothing that goes there is public."""
    warns_of_sandbox: bool


async def gather_frame(runtime: Runtime, actor: Actor, organization: str) -> Frame:
    """Read it with the viewer's own rights."""
    seq = await last_entry(runtime, actor)
    channels = await list_channels(runtime, actor)
    brands = await list_brands(runtime, actor)
    sandboxed = [channel for channel in channels if channel.is_sandbox]
    asking = await list_deliveries(runtime, actor, states=ASKING, limit=100)
    async with runtime.transaction(actor.organization_id) as tx:
        alarms, late = await standing_alarms(tx), await count_late(tx, actor)
    names: dict[object, str] = {brand.id: brand.name for brand in brands}
    names |= {channel.id: channel.name for channel in channels}
    return Frame(
        seq=seq,
        posts=await count_by_state(runtime, actor),
        asking=len(asking.items),
        pauses=[held(pause, names, organization) for pause in await open_pauses(runtime, actor)],
        alarms=alarms,
        late=late,
        brands=brands,
        sandboxed=sandboxed,
        warns_of_sandbox=bool(sandboxed) or runtime.settings.talks_to_stand_ins,
    )


def held(pause: Pause, names: Mapping[object, str], organization: str) -> Held:
    """Say what a pause holds."""
    if pause.scope == "global":
        return Held(pause, "every organization of this installation")
    if pause.scope == "organization":
        return Held(pause, f"all of {organization}")
    return Held(pause, names.get(pause.target_id, f"a {pause.scope} that was removed"))
