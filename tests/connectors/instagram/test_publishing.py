"""An image and a carousel on their way to the sandbox's Instagram, and what happens around them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import stamina

from signoff.connectors.base import CannotTell, NotPublished, Published, Receipt
from signoff.connectors.errors import Ambiguous, Reconnect, Refused, Throttled, TryLater, Unfinished
from signoff.connectors.graph.api import GraphApi
from signoff.connectors.instagram import Instagram
from signoff.http.client import Http
from signoff.kernel.clock import SystemClock
from tests.connectors.graph.world import PUBLIC_URL, SHORT, Carrier, minutes_ago, parcel_for, shot, source
from tests.support.graph import Pictures
from tests.support.sandbox import Account, Sandbox

CAPTION = "Fresh bread 🍞 from six, says @casaluz\r\n#bread"


@pytest.fixture
def image(instagram: Instagram, account: Account, pictures: Pictures) -> Carrier:
    taken = shot(pictures, alt="A loaf")
    return Carrier(instagram, parcel_for(instagram, account, source(CAPTION, taken), taken))


@pytest.fixture
def carousel(instagram: Instagram, account: Account, pictures: Pictures) -> Carrier:
    taken = [shot(pictures, colour) for colour in ("red", "green", "blue")]
    return Carrier(instagram, parcel_for(instagram, account, source(CAPTION, *taken), *taken))


async def test_an_image_goes_out_once_with_its_caption_and_alt_text(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    receipt = await image.until_out()
    (post,) = sandbox.posts(account.id)
    assert post["text"] == "Fresh bread 🍞 from six, says @casaluz\n#bread"
    assert [one["alt_text"] for one in post["pictures"]] == ["A loaf"]
    assert (receipt.external_id, receipt.permalink) == (post["id"], post["permalink"])
    assert receipt.is_sandbox
    assert receipt.is_public


async def test_a_carousel_keeps_the_order_of_its_pictures_and_their_alt_texts(
    carousel: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await carousel.until_out()
    (post,) = sandbox.posts(account.id)
    assert [one["alt_text"] for one in post["pictures"]] == [
        "A red square",
        "A green square",
        "A blue square",
    ]


async def test_the_token_stands_in_no_address_and_no_receipt(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    receipt = await image.until_out()
    assert account.token not in str(receipt)
    assert account.token not in str(image.kept)
    assert account.token not in str(sandbox.requests())


async def test_every_id_is_kept_before_the_next_call(
    carousel: Carrier, sandbox: Sandbox, account: Account
) -> None:
    sandbox.fault("instagram.status", "error_500_before")
    with pytest.raises(TryLater):
        await carousel.prepare()
    made = carousel.kept
    assert len(made["items"]) == 3
    assert made["container"]
    await carousel.until_out()
    containers = sandbox.requests(account.id, "instagram.container")
    assert len(containers) == 4, "nothing was made a second time"
    assert sandbox.visible(made["container"]) == 1


async def test_a_carousel_that_was_interrupted_goes_on_with_the_missing_pictures(
    carousel: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await carousel.prepare()
    carousel.kept = {**carousel.kept, "container": "", "items": carousel.kept["items"][:2]}
    await carousel.until_out()
    assert len(sandbox.requests(account.id, "instagram.container")) == 4 + 2
    (post,) = sandbox.posts(account.id)
    assert [one["alt_text"] for one in post["pictures"]] == [
        "A red square",
        "A green square",
        "A blue square",
    ]


async def test_an_upload_in_progress_is_watched_and_then_left_for_later(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    sandbox.fault("instagram.container", "container_slow", seconds=60)
    before = datetime.now(UTC)
    with pytest.raises(Unfinished) as problem:
        await image.prepare()
    assert problem.value.not_before
    assert problem.value.not_before > before + timedelta(seconds=20)
    assert len(sandbox.requests(account.id, "instagram.status")) == 3
    sandbox.advance(61)
    await image.until_out()
    assert len(sandbox.requests(account.id, "instagram.container")) == 1


async def test_an_upload_that_was_watched_costs_one_call_a_minute(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    sandbox.fault("instagram.container", "container_slow", seconds=3600)
    with pytest.raises(Unfinished):
        await image.prepare()
    image.kept["made_at"] = minutes_ago(2).isoformat()
    before = len(sandbox.requests(account.id))
    with pytest.raises(Unfinished) as problem:
        await image.prepare()
    assert len(sandbox.requests(account.id)) - before == 1
    assert problem.value.not_before
    assert problem.value.not_before > datetime.now(UTC) + timedelta(seconds=50)


async def test_an_upload_that_never_ends_counts_as_failed_after_a_quarter_of_an_hour(
    image: Carrier, sandbox: Sandbox
) -> None:
    sandbox.fault("instagram.container", "container_slow", seconds=3600)
    with pytest.raises(Unfinished):
        await image.prepare()
    image.kept["made_at"] = minutes_ago(16).isoformat()
    with pytest.raises(TryLater) as problem:
        await image.prepare()
    assert not isinstance(problem.value, Unfinished)


async def test_an_upload_that_failed_is_made_anew(image: Carrier, sandbox: Sandbox, account: Account) -> None:
    sandbox.fault("instagram.container", "container_error")
    with pytest.raises(TryLater, match="couldn't use the upload"):
        await image.prepare()
    failed = image.kept["container"]
    await image.until_out()
    assert image.kept["container"] != failed
    assert len(sandbox.posts(account.id)) == 1


async def test_an_upload_older_than_a_day_is_made_anew(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await image.prepare()
    expired = image.kept["container"]
    sandbox.advance(25 * 3600)
    await image.until_out()
    assert image.kept["container"] != expired
    assert len(sandbox.posts(account.id)) == 1


async def test_an_upload_that_may_be_out_is_never_replaced(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    receipt = await image.until_out()
    image.in_doubt = False  # a person said that it isn't out, or a backup was restored
    sandbox.advance(25 * 3600)
    again = await image.until_out()
    assert again.external_id == receipt.external_id
    assert len(sandbox.posts(account.id)) == 1


async def test_an_upload_that_instagram_does_not_know_is_not_replaced_within_its_day(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    await image.prepare()
    image.kept["container"] = "17900000000000000"
    with pytest.raises(TryLater) as problem:
        await image.prepare()
    assert "cancel this delivery" in problem.value.advice
    image.kept["made_at"] = minutes_ago(24 * 60).isoformat()
    await image.until_out()
    assert len(sandbox.posts(account.id)) == 1


async def test_a_used_up_publishing_limit_is_read_before_anything_is_uploaded(
    instagram: Instagram, sandbox: Sandbox, pictures: Pictures
) -> None:
    account = sandbox.seed_instagram(name="Busy", username="busy", quota_total=1)
    taken = shot(pictures)
    await Carrier(instagram, parcel_for(instagram, account, source("one", taken), taken)).until_out()
    second = Carrier(instagram, parcel_for(instagram, account, source("two", taken), taken))
    with pytest.raises(Throttled, match="takes 1 posts") as problem:
        await second.prepare()
    assert problem.value.not_before > datetime.now(UTC) + timedelta(minutes=50)
    assert len(sandbox.requests(account.id, "instagram.container")) == 1
    sandbox.advance(24 * 3600 + 60)
    await second.until_out()


async def test_other_pictures_than_the_approved_ones_are_refused(
    instagram: Instagram, account: Account, pictures: Pictures, sandbox: Sandbox
) -> None:
    approved, other = shot(pictures, "red"), shot(pictures, "green")
    carrier = Carrier(instagram, parcel_for(instagram, account, source("x", approved), other))
    with pytest.raises(Refused, match="aren't those that were approved"):
        await carrier.prepare()
    assert not sandbox.requests(account.id, "instagram.container")


async def test_a_picture_that_cannot_be_fetched_is_tried_again_with_advice(
    image: Carrier, pictures: Pictures
) -> None:
    served, pictures.bodies = pictures.bodies, {}
    with pytest.raises(TryLater) as problem:
        await image.prepare()
    assert "SIGNOFF_PUBLIC_URL" in problem.value.advice
    pictures.bodies = served
    await image.until_out()


async def test_a_lost_permalink_does_not_turn_a_success_into_a_failure(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    sandbox.fault("instagram.read", "hang_before")
    receipt = await image.until_out()
    (post,) = sandbox.posts(account.id)
    assert receipt.external_id == post["id"]
    assert receipt.permalink == f"{sandbox.url}/"


async def test_publishing_with_nothing_prepared_sends_nothing(image: Carrier, sandbox: Sandbox) -> None:
    with pytest.raises(TryLater):
        await image.commit()
    assert not sandbox.requests(call="instagram.publish")


async def test_a_lost_answer_is_found_by_the_upload_and_the_feed(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    sandbox.fault("instagram.publish", "reset_after")
    await image.prepare()
    with pytest.raises(Ambiguous):
        await image.commit()
    finding = await image.look(is_settled=False)
    assert isinstance(finding, Published)
    (post,) = sandbox.posts(account.id)
    assert (finding.receipt.external_id, finding.receipt.permalink) == (post["id"], post["permalink"])
    assert finding.receipt.is_sandbox


async def test_a_lost_request_leaves_an_upload_that_is_published_again(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    sandbox.fault("instagram.publish", "reset_before")
    await image.until_out()
    assert [type(one) for one in image.findings] == [NotPublished]
    assert image.findings == [
        NotPublished("The upload is ready and unpublished, and the feed and the quota don't show the post.")
    ]
    assert len(sandbox.requests(account.id, "instagram.container")) == 1, "the same upload is used again"
    assert len(sandbox.posts(account.id)) == 1


async def test_a_request_that_takes_effect_late_makes_no_second_post(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    sandbox.fault("instagram.publish", "lost_and_late", seconds=30)
    await image.prepare()
    with pytest.raises(Ambiguous):
        await image.commit()
    assert isinstance(await image.look(is_settled=False), NotPublished)
    image.in_doubt = False  # too early: the protocol wouldn't believe it yet
    sandbox.advance(40)
    await image.until_out()
    assert len(sandbox.posts(account.id)) == 1


async def test_a_published_post_that_is_not_listed_yet_is_looked_for_again(
    image: Carrier, sandbox: Sandbox
) -> None:
    sandbox.fault("instagram.publish", "close_after")
    sandbox.fault("instagram.list", "slow_listing", times=None, seconds=60)
    await image.prepare()
    with pytest.raises(Ambiguous):
        await image.commit()
    unlisted = await image.look()
    assert isinstance(unlisted, CannotTell)
    assert not unlisted.is_final
    sandbox.advance(61)
    assert isinstance(await image.look(), Published)


async def test_a_published_post_that_is_never_listed_gets_a_receipt_without_its_id(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    sandbox.fault("instagram.publish", "close_after")
    await image.prepare()
    with pytest.raises(Ambiguous):
        await image.commit()
    sandbox.fault("instagram.list", "slow_listing", times=None, seconds=9000)
    image.since = minutes_ago(10)
    assert isinstance(await image.look(is_settled=False), CannotTell)
    finding = await image.look()
    assert isinstance(finding, Published)
    assert finding.receipt.external_id == f"container:{image.kept['container']}"
    assert finding.receipt.permalink == f"{sandbox.url}/"

    with pytest.raises(Refused, match="isn't known") as problem:
        await image.connector.take_down(image.parcel, finding.receipt)
    assert finding.receipt.permalink in problem.value.advice
    sandbox.clear_faults()
    # Once it is listed, a post that looks like it may still be another delivery's: a person decides.
    with pytest.raises(Refused, match="may be another one") as problem:
        await image.connector.take_down(image.parcel, finding.receipt)
    (shown,) = sandbox.posts(account.id)
    assert shown["permalink"] in problem.value.advice


async def unlisted_receipt(carrier: Carrier, sandbox: Sandbox) -> Receipt:
    """Publish, lose the answer, and give up waiting for the listing."""
    sandbox.fault("instagram.publish", "close_after")
    await carrier.prepare()
    with pytest.raises(Ambiguous):
        await carrier.commit()
    sandbox.fault("instagram.list", "slow_listing", times=None, seconds=9000)
    carrier.since = minutes_ago(10)
    finding = await carrier.look()
    sandbox.clear_faults()
    assert isinstance(finding, Published)
    assert finding.receipt.external_id.startswith("container:")
    return finding.receipt


async def test_of_two_posts_with_one_caption_none_is_taken_down_by_a_guess(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    other = Carrier(image.connector, image.parcel)
    await other.until_out()
    receipt = await unlisted_receipt(image, sandbox)
    with pytest.raises(Refused, match="may be another one") as problem:
        await image.connector.take_down(image.parcel, receipt)
    assert "choose Delete" in problem.value.advice
    assert len(sandbox.posts(account.id)) == 2


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_post_that_another_delivery_made_later_or_before_is_not_taken_down(
    image: Carrier, sandbox: Sandbox, account: Account, minutes: int
) -> None:
    await image.until_out()
    made_at = datetime.now(UTC) - timedelta(minutes=minutes)
    upload = {"container": "17900000000000001", "items": [], "made_at": made_at.isoformat()}
    with pytest.raises(Refused, match=r"may be another one|isn't known"):
        await image.connector.take_down(
            image.parcel, Receipt("container:17900000000000001", sandbox.url, {"upload": upload})
        )
    assert len(sandbox.posts(account.id)) == 1


async def test_a_count_that_the_feed_does_not_explain_leaves_it_open(
    image: Carrier, instagram: Instagram, account: Account, pictures: Pictures, sandbox: Sandbox
) -> None:
    sandbox.fault("instagram.publish", "reset_before")
    await image.prepare()
    with pytest.raises(Ambiguous):
        await image.commit()
    taken = shot(pictures, "red")
    await Carrier(instagram, parcel_for(instagram, account, source("another", taken), taken)).until_out()
    assert isinstance(await image.look(), NotPublished), "the other post explains the count"
    sandbox.fault("instagram.list", "slow_listing", seconds=60)
    assert await image.look() == CannotTell(
        "The upload counts as unpublished, but Instagram counts 1 more published posts than it lists."
    )


async def test_posts_that_we_took_down_explain_the_count(
    image: Carrier, instagram: Instagram, account: Account, pictures: Pictures, sandbox: Sandbox
) -> None:
    sandbox.fault("instagram.publish", "reset_before")
    await image.prepare()
    with pytest.raises(Ambiguous):
        await image.commit()
    other = shot(pictures, "red")
    parcel = parcel_for(instagram, account, source("another", other), other)
    receipt = await Carrier(instagram, parcel).until_out()
    await instagram.take_down(parcel, receipt)
    unexplained = "but Instagram counts 1 more published posts than it lists"
    assert unexplained in str(await image.look()), "a post that nobody knows may be this one"

    old = {"media": {**receipt.raw["media"], "timestamp": minutes_ago(5).isoformat()}}
    for unhelpful in (replace(receipt, raw={}), replace(receipt, raw=old)):
        image.others = (unhelpful,)
        assert unexplained in str(await image.look()), "Instagram may not have counted it"

    image.others = (receipt,)
    assert isinstance(await image.look(), NotPublished)


async def test_an_upload_that_expired_in_doubt_is_absent_only_by_the_feed(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    sandbox.fault("instagram.publish", "reset_before")
    await image.prepare()
    with pytest.raises(Ambiguous):
        await image.commit()
    sandbox.advance(25 * 3600)
    finding = await image.look()
    assert isinstance(finding, NotPublished)
    assert finding.from_listing
    assert finding.checkpoint == {}
    await image.until_out()
    assert len(sandbox.posts(account.id)) == 1


async def test_without_a_known_upload_the_feed_can_only_confirm(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    image.since = minutes_ago(24 * 60)
    assert isinstance(await image.look(), CannotTell)
    receipt = await image.until_out()
    image.kept, image.in_doubt = {}, True
    assert (await image.until_out()).external_id == receipt.external_id


async def test_without_a_known_upload_the_feed_and_the_count_together_can_tell_of_absence(
    image: Carrier, carousel: Carrier, sandbox: Sandbox
) -> None:
    await carousel.until_out()
    image.since = minutes_ago(60)
    absent = await image.look()
    assert isinstance(absent, NotPublished)
    assert absent.from_listing
    sandbox.fault("instagram.list", "slow_listing", seconds=60)
    assert isinstance(await image.look(), CannotTell)


async def test_a_feed_match_needs_the_caption_the_time_and_the_kind(
    image: Carrier, carousel: Carrier, instagram: Instagram, account: Account, pictures: Pictures
) -> None:
    for other in (carousel, image):
        await other.until_out()
    taken = shot(pictures)
    for body, since in (("Something else", minutes_ago(5)), (CAPTION, minutes_ago(-5))):
        lost = Carrier(instagram, parcel_for(instagram, account, source(body, taken), taken), since=since)
        assert isinstance(await lost.look(), NotPublished)
    image.kept = {}
    found = await image.look()
    assert isinstance(found, Published)
    assert "also_matching" not in found.receipt.raw, "the carousel has the same caption and is another post"


async def test_a_caption_that_comes_back_without_its_at_signs_is_recognised(
    image: Carrier, sandbox: Sandbox
) -> None:
    receipt = await image.until_out()
    sandbox.fault("instagram.list", "at_signs_lost")
    image.kept = {}
    found = await image.look()
    assert isinstance(found, Published)
    assert found.receipt.external_id == receipt.external_id


async def test_a_clock_that_is_ahead_does_not_hide_a_post(
    http: Http, sandbox: Sandbox, account: Account, pictures: Pictures
) -> None:
    ahead = SystemClock(timedelta(minutes=20))
    api = GraphApi(http, ahead, url=sandbox.graph_url, version="v26.0")
    instagram = Instagram(api, public_url=PUBLIC_URL, times=SHORT)
    taken = shot(pictures)
    carrier = Carrier(instagram, parcel_for(instagram, account, source("Early", taken), taken))
    carrier.since = ahead.now()
    receipt = await carrier.until_out()
    carrier.kept = {}
    found = await carrier.look()
    assert isinstance(found, Published)
    assert found.receipt.external_id == receipt.external_id


async def test_a_post_is_found_by_the_address_a_person_gives(
    image: Carrier, carousel: Carrier, sandbox: Sandbox
) -> None:
    receipt = await image.until_out()
    await carousel.until_out()
    code = receipt.permalink.rstrip("/").rpartition("/")[2]
    for url in (receipt.permalink, f"https://www.instagram.com/casaluz/p/{code}/?igsh=x", f" {code} "):
        found = await image.connector.find(image.parcel, url)
        assert (found.external_id if found else None) == (receipt.external_id if "/" in url else None)
    for url in ("https://www.instagram.com/p/AAAAAAAAAAA/", "https://[", "", "https://instagram.com/casaluz"):
        assert await image.connector.find(image.parcel, url) is None


async def test_taking_down_is_repeatable(image: Carrier, sandbox: Sandbox, account: Account) -> None:
    receipt = await image.until_out()
    assert await image.connector.take_down(image.parcel, receipt) == "Deleted on Instagram."
    assert not sandbox.posts(account.id)
    assert await image.connector.take_down(image.parcel, receipt) == "It was already gone from Instagram."


async def test_a_login_that_cannot_delete_says_how_to_do_it_by_hand(
    instagram: Instagram, sandbox: Sandbox, pictures: Pictures
) -> None:
    account = sandbox.seed_instagram(name="Solo", username="solo", login="instagram")
    taken = shot(pictures)
    carrier = Carrier(instagram, parcel_for(instagram, account, source("Hi", taken), taken))
    receipt = await carrier.until_out()
    with pytest.raises(Refused) as problem:
        await instagram.take_down(carrier.parcel, receipt)
    assert receipt.permalink in problem.value.advice
    assert len(sandbox.posts(account.id)) == 1


async def test_a_missing_permission_to_delete_does_not_disconnect_the_account(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    receipt = await image.until_out()
    sandbox.token(account.token, scopes=["instagram_basic", "instagram_content_publish"])
    with pytest.raises(Refused, match="permission"):
        await image.connector.take_down(image.parcel, receipt)
    sandbox.token(account.token, dead=460)
    with pytest.raises(Reconnect):
        await image.connector.take_down(image.parcel, receipt)


@pytest.mark.parametrize("fault", ["reset_after", "error_500_after", "garbage_after"])
async def test_a_lost_answer_to_a_deletion_is_looked_up(
    image: Carrier, sandbox: Sandbox, account: Account, fault: str
) -> None:
    receipt = await image.until_out()
    sandbox.fault("instagram.delete", fault)
    assert "Instagram" in await image.connector.take_down(image.parcel, receipt)
    assert not sandbox.posts(account.id)


async def test_a_deletion_that_did_not_happen_can_be_tried_later(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    receipt = await image.until_out()
    sandbox.fault("instagram.delete", "error_before", code=-1, subcode=2207085)
    with pytest.raises(TryLater):
        await image.connector.take_down(image.parcel, receipt)
    sandbox.fault("instagram.delete", "error_before", code=-1, subcode=2207073)
    with pytest.raises(Refused):
        await image.connector.take_down(image.parcel, receipt)
    assert len(sandbox.posts(account.id)) == 1


async def test_nothing_is_left_to_clean_up(image: Carrier, sandbox: Sandbox) -> None:
    await image.prepare()
    calls = len(sandbox.requests())
    await image.connector.clean_up(image.parcel, image.kept)
    assert len(sandbox.requests()) == calls


async def test_trouble_on_the_way_is_tried_again_within_the_attempt(
    image: Carrier, sandbox: Sandbox, account: Account
) -> None:
    sandbox.fault("instagram.container", "error_500_before", times=2)
    with stamina.set_testing(testing=True, attempts=4, cap=True):
        await image.connector.prepare(image.parcel, {}, image.keep)
    assert len(sandbox.requests(account.id, "instagram.container")) == 3
