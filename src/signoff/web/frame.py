"""What every page shows around its own content: counts, brands, and what everybody must know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from signoff.kernel.people import Actor
from signoff.organizations.brands import read_brand_names
from signoff.organizations.channels import read_channel_names, read_sandboxed
from signoff.records.alerts.alarms import standing_alarms
from signoff.records.alerts.notices import read_open_pauses
from signoff.records.models import Alarm, Pause
from signoff.records.overview.tally import read_tally
from signoff.records.states import DeliveryState, PostState
from signoff.records.tenants import Brand
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

    posts: Mapping[PostState, int]
    asking: int
    pauses: Sequence[Held]
    alarms: Sequence[Alarm]
    """What keeps everybody's posts from going out."""
    late: int
    """Deliveries that are told late."""
    brands: Sequence[Brand]
    sandboxed: Sequence[str]
    """Names of the channels on a stand-in: nothing that goes there is public."""
    warns_of_sandbox: bool


async def gather_frame(runtime: Runtime, actor: Actor, organization: str) -> Frame:
    """Read it with the viewer's own rights."""
    # In one transaction, because every page pays for it.
    async with runtime.transaction(actor.organization_id) as tx:
        tally = await read_tally(tx, actor, ASKING)
        brands = await read_brand_names(tx, actor)
        sandboxed = await read_sandboxed(tx, actor)
        pauses = await read_open_pauses(tx, actor)
        names: dict[UUID | None, str] = {brand.id: brand.name for brand in brands}
        if paused := [each.target_id for each in pauses if each.scope == "channel" and each.target_id]:
            names.update((await read_channel_names(tx, paused)).items())
        return Frame(
            posts=tally.posts,
            asking=tally.asking,
            pauses=[held(pause, names, organization) for pause in pauses],
            alarms=await standing_alarms(tx),
            late=tally.late,
            brands=brands,
            sandboxed=sandboxed,
            warns_of_sandbox=bool(sandboxed) or runtime.settings.talks_to_stand_ins,
        )


def held(pause: Pause, names: Mapping[UUID | None, str], organization: str) -> Held:
    """Say what a pause holds."""
    if pause.scope == "global":
        return Held(pause, "every organization of this installation")
    if pause.scope == "organization":
        return Held(pause, f"all of {organization}")
    return Held(pause, names.get(pause.target_id, f"a {pause.scope} that was removed"))
