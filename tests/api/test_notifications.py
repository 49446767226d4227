"""What somebody is told by mail: chosen by themselves, in person."""

from __future__ import annotations

from signoff.kernel.people import Actor, May
from tests.support.rest import CallAs, Caller

FAILED = "/me/notifications/failed"


async def by_mail(api: Caller) -> dict[str, bool]:
    items = (await api.get("/me/notifications")).json["items"]
    return {item["event"]: item["mail"] for item in items}


async def test_a_choice_is_ones_own_and_is_kept(owner: Actor, publisher: Actor, call_as: CallAs) -> None:
    olga, paul = await call_as(owner), await call_as(publisher)
    assert (await olga.call("PUT", FAILED, json={"mail": False})).status == 200
    assert {name for name, is_mailed in (await by_mail(olga)).items() if not is_mailed} == {"failed"}
    assert all((await by_mail(paul)).values())
    assert (await olga.call("PUT", FAILED, json={"mail": True})).status == 200
    assert all((await by_mail(olga)).values())


async def test_only_somebody_in_person_chooses_and_only_what_reaches_them(
    owner: Actor, publisher: Actor, call_as: CallAs
) -> None:
    off = {"mail": False}
    agent = await call_as(owner, scopes=[May.READ, May.WRITE_POSTS], is_agent=True)
    limited = await call_as(owner, scopes=[May.READ, May.WRITE_POSTS])
    for who in (agent, limited):
        assert (await who.call("PUT", FAILED, json=off)).status == 403
    paul = await call_as(publisher)
    assert (await paul.call("PUT", "/me/notifications/weather", json=off)).status == 404
    assert (await paul.call("PUT", "/me/notifications/installation", json=off)).status == 404
