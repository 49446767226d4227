"""Setting the cadence of a brand, and what a channel sets for itself."""

from __future__ import annotations

from typing import Any

import pytest

from signoff.kernel.errors import Invalid, NotAllowed, NotFound, VersionChanged
from signoff.kernel.people import Actor
from signoff.organizations.cadence import (
    brand_cadence,
    channel_cadence,
    set_brand_cadence,
    set_channel_cadence,
)
from signoff.records.overview.audit_trail import AuditFilter, list_audit
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from tests.support.world import Neighbour

WHOLE: dict[str, Any] = {
    "min_gap_minutes": 240,
    "max_per_day": 2,
    "quiet_hours": {"from": "22:00", "to": "07:00"},
    "slots": ["Mo 09:00", "Th 17:30"],
}
NONE: dict[str, Any] = {"min_gap_minutes": None, "max_per_day": None, "quiet_hours": None, "slots": []}


async def test_nothing_is_limited_until_somebody_says_so(
    runtime: Runtime, viewer: Actor, brand: Brand, channel: Channel
) -> None:
    of_brand = await brand_cadence(runtime, viewer, brand.id)
    assert (of_brand.own, of_brand.in_force, of_brand.version) == ({}, NONE, 0)
    of_channel = await channel_cadence(runtime, viewer, channel.id)
    assert (of_channel.own, of_channel.in_force, of_channel.version) == ({}, NONE, 0)


async def test_a_channel_follows_its_brand_but_for_what_it_sets_itself(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    assert (await set_brand_cadence(runtime, owner, brand.id, WHOLE, version=0)).own == WHOLE
    own = {"max_per_day": None, "min_gap_minutes": 30}
    done = await set_channel_cadence(runtime, owner, channel.id, own, version=0)
    assert done.own == own
    assert done.in_force == WHOLE | own
    back = await set_channel_cadence(runtime, owner, channel.id, {}, version=done.version)
    assert (back.own, back.in_force, back.version) == ({}, WHOLE, 2)


async def test_what_a_brand_doesnt_name_is_no_limit(
    runtime: Runtime, owner: Actor, brand: Brand, channel: Channel
) -> None:
    first = await set_brand_cadence(runtime, owner, brand.id, WHOLE, version=0)
    left = await set_brand_cadence(runtime, owner, brand.id, {"max_per_day": 3}, version=first.version)
    assert left.in_force == NONE | {"max_per_day": 3}
    assert (await channel_cadence(runtime, owner, channel.id)).in_force == left.in_force


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"min_gap_minutes": 0}, "between a minute and 30 days"),
        ({"min_gap_minutes": 43201}, "between a minute and 30 days"),
        ({"max_per_day": 0}, "pause it"),
        ({"quiet_hours": {"from": "22:00"}}, "have a from and a to"),
        ({"quiet_hours": {"from": "22:00", "to": "7"}}, "written as 22:00"),
        ({"quiet_hours": {"from": "22:00", "to": "22:00"}}, "different times"),
        ({"slots": ["Monday 09:00"]}, "Days are written"),
        ({"slots": ["Mo"]}, "isn't a best time"),
        ({"slots": ["Mo 25:00"]}, "isn't a best time"),
        ({"slots": [f"Mo-Su {h:02}:{m:02}" for h in range(5) for m in range(6)]}, "at most 168"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused_in_words(
    runtime: Runtime, owner: Actor, brand: Brand, wrong: dict[str, Any], words: str
) -> None:
    with pytest.raises(Invalid, match=words) as refused:
        await set_brand_cadence(runtime, owner, brand.id, WHOLE | wrong, version=0)
    assert [error["field"] for error in refused.value.extra["errors"]] == list(wrong)
    assert (await brand_cadence(runtime, owner, brand.id)).version == 0


async def test_best_times_are_written_short_and_kept_in_order(
    runtime: Runtime, owner: Actor, brand: Brand
) -> None:
    given = {"slots": ["Su 10:00", "Mo-We, Fr 17:30, 09:00", "mo 09:00"]}
    slots = (await set_brand_cadence(runtime, owner, brand.id, given, version=0)).own["slots"]
    assert slots[:4] == ["Mo 09:00", "Mo 17:30", "Tu 09:00", "Tu 17:30"]
    assert slots[-2:] == ["Fr 17:30", "Su 10:00"]


async def test_who_is_late_doesnt_overwrite_the_unseen(runtime: Runtime, owner: Actor, brand: Brand) -> None:
    await set_brand_cadence(runtime, owner, brand.id, WHOLE, version=0)
    for version in (0, 2):
        with pytest.raises(VersionChanged, match="meanwhile"):
            await set_brand_cadence(runtime, owner, brand.id, {}, version=version)


async def test_only_who_manages_sets_rules_and_only_in_their_own_organization(
    runtime: Runtime, owner: Actor, publisher: Actor, neighbour: Neighbour, brand: Brand, channel: Channel
) -> None:
    with pytest.raises(NotAllowed):
        await set_brand_cadence(runtime, publisher, brand.id, WHOLE, version=0)
    with pytest.raises(NotAllowed):
        await set_channel_cadence(runtime, publisher, channel.id, WHOLE, version=0)
    with pytest.raises(NotFound):
        await brand_cadence(runtime, neighbour.owner, brand.id)
    with pytest.raises(NotFound):
        await set_channel_cadence(runtime, neighbour.owner, channel.id, WHOLE, version=0)


async def test_every_change_is_in_the_audit_with_before_and_after(
    runtime: Runtime, owner: Actor, brand: Brand
) -> None:
    await set_brand_cadence(runtime, owner, brand.id, {"max_per_day": 3}, version=0)
    await set_brand_cadence(runtime, owner, brand.id, {"max_per_day": 3}, version=1)  # changes nothing
    await set_brand_cadence(runtime, owner, brand.id, WHOLE, version=1)
    second, first = (await list_audit(runtime, owner, AuditFilter(action="cadence.changed"))).items
    assert first.entry.after == NONE | {"max_per_day": 3}
    assert (second.entry.before, second.entry.after, second.entry.subject_id) == (
        first.entry.after,
        WHOLE,
        brand.id,
    )
