"""Limits and outages over the wire: everything is out afterwards, and no call was made for nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest
import stamina

from signoff.connectors.base import Connector
from signoff.connectors.facebook import Facebook
from signoff.connectors.graph.api import GraphApi
from signoff.connectors.instagram import Instagram
from signoff.http.client import Http
from signoff.kernel.errors import Invalid
from signoff.kernel.people import Actor
from signoff.organizations.brands import BrandChanges, BrandDraft, change_brand, create_brand
from signoff.organizations.channels import connect_channel
from signoff.pipeline.publish.clean_up import clean_up
from signoff.pipeline.publish.settle import settle_out
from signoff.pipeline.recover.take_down import recover
from signoff.pipeline.schedule.change import cancel
from signoff.records.budgets.gauges import Meter, gauges
from signoff.records.deliveries.waiting import Hold
from signoff.records.models import Delivery
from signoff.records.states import LatePolicy
from signoff.records.tenants import Brand, Channel
from signoff.runtime import Runtime
from signoff.worker.loop import Worker
from tests.connectors.graph.world import PUBLIC_URL
from tests.support.clock import ShiftableClock
from tests.support.posts import scheduled
from tests.support.publishing import detail, later
from tests.support.sandbox import Account, Sandbox
from tests.support.world import MADRID

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ONE_POST = {"facebook.draft": 1, "facebook.publish": 1, "facebook.read": 1}


@pytest.fixture
def connectors(http: Http, sandbox: Sandbox, clock: ShiftableClock) -> Mapping[str, Connector]:
    graph = GraphApi(http, clock, url=sandbox.graph_url, version="v26.0")
    return {
        "facebook": Facebook(graph, public_url=PUBLIC_URL),
        "instagram": Instagram(graph, public_url=PUBLIC_URL),
    }


@pytest.fixture
async def brand(runtime: Runtime, owner: Actor) -> Brand:
    return await create_brand(runtime, owner, BrandDraft("Casa Luz", MADRID.key, late_window_s=7200))


@pytest.fixture
def page(sandbox: Sandbox) -> Account:
    return sandbox.seed_facebook(name="Casa Luz")


@pytest.fixture
async def channel(runtime: Runtime, owner: Actor, brand: Brand, page: Account) -> Channel:
    login = {"page_id": page.id, "access_token": page.token}
    return await connect_channel(runtime, owner, brand.id, "facebook", "Page", login, {})


@pytest.fixture(autouse=True)
def _without_waits_inside_a_call() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=1):
        yield


class Calls:
    """What the platform was asked since the last look, by kind."""

    def __init__(self, sandbox: Sandbox, page: Account) -> None:
        self._sandbox, self._page, self._seen = sandbox, page, 0
        self.since()

    def since(self) -> Counter[str]:
        log = self._sandbox.requests(self._page.id)
        fresh, self._seen = log[self._seen :], len(log)
        return Counter(call["call"] for call in fresh)


@pytest.fixture
async def three(runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock) -> list[Delivery]:
    """Due a minute apart, the first one now."""
    made = [await scheduled(runtime, owner, channel, due_in=HOUR + MINUTE * number) for number in range(3)]
    clock.advance(HOUR + timedelta(seconds=1))
    return made


async def test_an_hour_of_429_costs_one_call_and_then_everything_goes_out(
    runtime: Runtime,
    owner: Actor,
    three: list[Delivery],
    clock: ShiftableClock,
    sandbox: Sandbox,
    page: Account,
) -> None:
    calls, worker = Calls(sandbox, page), Worker(runtime)
    sandbox.fault("facebook.*", "throttle_429", seconds=3600)

    await worker.run_until_idle()
    assert calls.since() == {"facebook.draft": 1}
    for _ in range(5):
        await later(worker, clock, minutes=11)
    assert calls.since() == {}
    said = (await detail(runtime, owner, three[2])).view.waiting
    assert said is not None
    assert said.hold is Hold.PLATFORM

    await later(worker, clock, minutes=6)
    assert calls.since() == {kind: 3 * count for kind, count in ONE_POST.items()}
    assert len(sandbox.posts(page.id)) == 3
    assert [(await detail(runtime, owner, one)).view.delivery.attempts for one in three] == [0, 0, 0]


async def test_an_hour_of_429_ends_inside_the_late_policy(
    *,
    runtime: Runtime,
    owner: Actor,
    brand: Brand,
    channel: Channel,
    clock: ShiftableClock,
    sandbox: Sandbox,
    page: Account,
) -> None:
    """With the window that every brand begins with, what waited longer follows the brand's rule."""
    local = clock.now().astimezone(MADRID)
    clock.advance(local.replace(hour=10, minute=0, second=0) + timedelta(days=1) - local)
    spread = BrandChanges(late_policy=LatePolicy.SPREAD, late_window_s=3600)
    await change_brand(runtime, owner, brand.id, spread, version=brand.version)
    for number in range(3):
        await scheduled(runtime, owner, channel, due_in=MINUTE + 2 * MINUTE * number)
    clock.advance(2 * MINUTE)
    calls, worker = Calls(sandbox, page), Worker(runtime)
    sandbox.fault("facebook.*", "throttle_429", seconds=3600)
    for _ in range(6):
        await worker.run_until_idle()
        clock.advance(10 * MINUTE)
    assert calls.since() == {"facebook.draft": 1}
    out = []
    for _ in range(6):
        await later(worker, clock, minutes=5)
        out.append(len(sandbox.posts(page.id)))
    assert out[-1] == 3, "all are out"
    assert 1 in out, "and not at once"
    assert calls.since() == {kind: 3 * count for kind, count in ONE_POST.items()}


async def test_ten_minutes_without_the_platform_end_with_everything_out(
    runtime: Runtime,
    owner: Actor,
    three: list[Delivery],
    clock: ShiftableClock,
    sandbox: Sandbox,
    page: Account,
) -> None:
    calls, worker = Calls(sandbox, page), Worker(runtime)
    sandbox.fault("facebook.*", "refuse_before", times=None)
    for _ in range(10):
        await worker.run_until_idle()
        clock.advance(MINUTE)
    tried = calls.since()
    assert set(tried) == {"facebook.draft"}
    assert tried["facebook.draft"] <= 3 * 3, "each is tried at once, after 2 and after 4 more minutes"

    sandbox.clear_faults()
    for _ in range(10):
        await later(worker, clock, minutes=1)
    assert calls.since() == {kind: 3 * count for kind, count in ONE_POST.items()}
    assert len(sandbox.posts(page.id)) == 3


@pytest.mark.parametrize("is_whole_app", [False, True], ids=["account", "application"])
async def test_an_hours_calls_used_up_cost_at_most_what_was_under_way(  # noqa: PLR0917 - fixtures
    runtime: Runtime,
    owner: Actor,
    three: list[Delivery],
    clock: ShiftableClock,
    sandbox: Sandbox,
    page: Account,
    is_whole_app: bool,
) -> None:
    limited = "" if is_whole_app else page.id
    sandbox.limit(limited, len(sandbox.requests(limited)) + 5)
    calls, worker = Calls(sandbox, page), Worker(runtime)
    clock.advance(2 * MINUTE)

    await worker.run_until_idle()
    refused = [call["error"] for call in sandbox.requests(page.id) if call["error"]]
    assert 1 <= len(refused) <= len(three), "one call of each that was under way at most"
    assert set(refused) == {"4" if is_whole_app else "80001"}
    out = len(sandbox.posts(page.id))
    assert out < len(three), "nine calls were needed, and five answered"
    calls.since()
    for _ in range(5):
        await later(worker, clock, minutes=11)
    assert calls.since() == {}
    rows = [(await detail(runtime, owner, one)).view for one in three]
    waiting = [view.waiting for view in rows if view.delivery.published_at is None]
    assert {each and each.hold for each in waiting} == {Hold.PLATFORM}

    sandbox.advance(3900)
    await later(worker, clock, minutes=10)
    left = len(three) - out
    asked = calls.since()
    assert asked.pop("facebook.publish") == left
    assert asked.keys() <= {"facebook.draft", "facebook.read"}
    assert asked.total() == 2 * left, "a draft is made, or asked for if one was; and where the post is"
    assert len(sandbox.posts(page.id)) == 3
    assert [(await detail(runtime, owner, one)).view.delivery.attempts for one in three] == [0, 0, 0]


async def test_a_header_at_80_percent_slows_and_taking_down_goes_on(
    runtime: Runtime,
    owner: Actor,
    three: list[Delivery],
    clock: ShiftableClock,
    sandbox: Sandbox,
    page: Account,
) -> None:
    worker = Worker(runtime)
    clock.advance(2 * MINUTE)
    sandbox.fault("facebook.*", "high_usage", times=None, percent=80)
    await worker.run_until_idle()
    out = len(sandbox.posts(page.id))
    assert out == 3, "they were under way together before anything was told"

    fourth = await scheduled(
        runtime, owner, (await detail(runtime, owner, three[0])).view.channel, due_in=MINUTE
    )
    await later(worker, clock, seconds=50)
    await recover(runtime, owner, three[0].id, reason="The price is wrong")
    await worker.run_until_idle()
    assert len(sandbox.posts(page.id)) == 2
    await later(worker, clock, seconds=11)
    said = (await detail(runtime, owner, fourth)).view.waiting
    assert said is not None
    assert said.text == "Waiting for budget: 80 % of what the platform allows are used"
    await later(worker, clock, minutes=1)
    assert len(sandbox.posts(page.id)) == 3


async def test_instagrams_own_limit_is_known_from_connecting_on(
    runtime: Runtime, owner: Actor, brand: Brand, sandbox: Sandbox
) -> None:
    account = sandbox.seed_instagram(name="Casa Luz", quota_total=25)
    login = {"ig_user_id": account.id, "access_token": account.token}
    await connect_channel(runtime, owner, brand.id, "instagram", "Instagram", login, {})

    (shown,) = await gauges(runtime, owner)

    assert shown.posts == Meter(0, 0, 25)
    assert shown.calls is not None
    assert shown.calls.used == 3, "the account, its limit and its token were asked for"


async def test_removing_a_draft_and_looking_a_post_up_are_counted(
    runtime: Runtime, owner: Actor, channel: Channel, clock: ShiftableClock, sandbox: Sandbox, page: Account
) -> None:
    sandbox.fault("facebook.publish", "throttle_429", seconds=60)
    delivery = await scheduled(runtime, owner, channel, due_in=MINUTE)
    await later(Worker(runtime), clock, minutes=2)
    calls = Calls(sandbox, page)
    before = await calls_used(runtime, owner)

    await cancel(runtime, owner, delivery.id)
    await clean_up(runtime)
    with pytest.raises(Invalid):
        await settle_out(runtime, owner, delivery.id, f"https://www.facebook.com/{page.id}/posts/1")
    made = calls.since()
    assert {"facebook.delete", "facebook.read"} <= set(made)
    assert await calls_used(runtime, owner) - before == made.total()


async def calls_used(runtime: Runtime, owner: Actor) -> int:
    (shown,) = await gauges(runtime, owner)
    assert shown.calls is not None
    return shown.calls.used
