from __future__ import annotations

import pytest

from signoff.kernel.errors import Invalid
from signoff.kernel.people import Actor, Via
from signoff.organizations.profile import change_profile
from signoff.organizations.sign_in import SignedIn, session_actor
from signoff.runtime import Runtime


async def test_people_set_their_name_zone_and_theme(runtime: Runtime, ana: SignedIn) -> None:
    actor = (await session_actor(runtime, ana.session_secret, ip="", via=Via.WEB)).actor
    await change_profile(runtime, actor, time_zone="Asia/Tokyo")
    await change_profile(runtime, actor, name=" Ana Author ", theme="dark")
    person = (await session_actor(runtime, ana.session_secret, ip="", via=Via.WEB)).person
    assert (person.name, person.time_zone, person.theme) == ("Ana Author", "Asia/Tokyo", "dark")


@pytest.mark.parametrize("wrong", [{"time_zone": "Tokyo"}, {"theme": "pink"}, {"name": "a" * 121}])
async def test_an_impossible_profile_is_refused(
    runtime: Runtime, owner: Actor, wrong: dict[str, str]
) -> None:
    with pytest.raises(Invalid):
        await change_profile(runtime, owner, **wrong)
